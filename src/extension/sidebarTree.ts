import type { ModelSummary } from '../protocol/models';
import type { RunState, RunSummary } from '../protocol/runs';
import { isLive } from './liveSummary';
import type { TaskEntry } from './taskEntry';
import { bytes, count, percent, runDescription, runTime, STATE_WORDS } from './wording';

export interface TaskNode {
  kind: 'task';
  task: TaskEntry;
  /** The task file is gone, its runs are not. */
  orphan: boolean;
  runs: RunNode[];
}

export interface RunNode {
  kind: 'run';
  run: RunSummary;
  /** The best tested run of a task that has several. */
  best: boolean;
}

export interface ModelNode {
  kind: 'model';
  model: ModelSummary;
}

export type SidebarNode = TaskNode | RunNode | ModelNode;

/** How a line of the sidebar looks; icons and colours by VS Code's names. */
export interface Appearance {
  label: string;
  description: string;
  tooltip: string;
  icon: string;
  color?: string;
  /** For the `when` clauses of menus. */
  context: string;
}

/** Tasks by name, each with its runs, newest first; runs whose task file is gone follow under its name. */
export function taskNodes(tasks: readonly TaskEntry[], runs: readonly RunSummary[]): TaskNode[] {
  const known = new Map(tasks.map((task) => [task.file, { task, orphan: false, runs: [] as RunSummary[] }]));
  for (const run of runs) {
    const group = known.get(run.taskFile) ?? {
      task: { file: run.taskFile, name: run.task, model: run.modelName, data: [] },
      orphan: true,
      runs: [],
    };
    known.set(run.taskFile, group);
    group.runs.push(run);
  }
  return [...known.values()]
    .sort((a, b) => Number(a.orphan) - Number(b.orphan) || a.task.name.localeCompare(b.task.name))
    .map(({ task, orphan, runs: own }) => ({ kind: 'task', task, orphan, runs: runNodes(own) }));
}

function runNodes(runs: readonly RunSummary[]): RunNode[] {
  const tested = runs.filter((run) => run.scoreOn === 'test' && run.score !== undefined);
  const best = tested.reduce<RunSummary | undefined>(
    (top, run) => (top === undefined || run.score! > top.score! ? run : top),
    undefined,
  );
  return [...runs]
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
    .map((run) => ({ kind: 'run', run, best: tested.length > 1 && run === best }));
}

/** Models on disk first, then those to download. */
export function modelNodes(models: readonly ModelSummary[]): ModelNode[] {
  return [...models]
    .sort(
      (a, b) =>
        Number(a.state !== 'on-disk') - Number(b.state !== 'on-disk') || a.title.localeCompare(b.title),
    )
    .map((model) => ({ kind: 'model', model }));
}

const STATE_ICONS: Readonly<Record<RunState, { icon: string; color?: string }>> = {
  preparing: { icon: 'loading~spin' },
  training: { icon: 'sync~spin', color: 'charts.blue' },
  paused: { icon: 'debug-pause', color: 'charts.yellow' },
  testing: { icon: 'beaker', color: 'charts.blue' },
  finished: { icon: 'pass', color: 'charts.green' },
  cancelled: { icon: 'circle-slash' },
  failed: { icon: 'error', color: 'charts.red' },
  interrupted: { icon: 'debug-disconnect', color: 'charts.orange' },
};

export function appearance(node: SidebarNode): Appearance {
  switch (node.kind) {
    case 'task':
      return {
        label: node.task.name,
        description: node.orphan
          ? 'task file is gone'
          : node.runs.length
            ? count(node.runs.length, 'run')
            : 'no runs yet',
        tooltip: [node.task.file, node.task.model && `Base model: ${node.task.model}`]
          .filter(Boolean)
          .join('\n'),
        icon: 'target',
        context: node.orphan ? 'orphan' : 'task',
      };
    case 'run': {
      const { run, best } = node;
      const lines = [`${run.id}: ${STATE_WORDS[run.state]}, step ${run.step} of ${run.steps}`, run.modelName];
      if (run.score !== undefined) lines.push(`Tuned prompt: ${percent(run.score)} on ${run.scoreOn} rows`);
      if (run.baseline !== undefined) lines.push(`Best hard prompt: ${percent(run.baseline)} on test rows`);
      return {
        label: runTime(run.createdAt),
        description: runDescription(run, best),
        tooltip: lines.join('\n'),
        ...STATE_ICONS[run.state],
        context: `run ${run.state} ${isLive(run) ? 'live' : 'ended'}`,
      };
    }
    case 'model': {
      const { model } = node;
      const there = model.state === 'on-disk';
      return {
        label: model.title,
        description: bytes(model.size),
        tooltip: [
          `${model.name} (${model.architecture}, ${Math.round(model.parameters / 1e6)}M parameters)`,
          model.licence && `Licence: ${model.licence}`,
          model.path ?? 'Not on this computer yet.',
        ]
          .filter(Boolean)
          .join('\n'),
        icon: there ? 'package' : 'cloud-download',
        context: there ? 'model on-disk' : 'model available',
      };
    }
  }
}
