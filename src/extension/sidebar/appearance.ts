import { l10n, type MarkdownString } from 'vscode';
import { MODEL_KINDS } from '../../protocol/models';
import type { RunState } from '../../protocol/runs';
import { isLive } from '../runs/liveSummary';
import {
  bytes,
  count,
  formatCount,
  modelFacts,
  OBSTACLES,
  PLACE_NAMES,
  percent,
  runDescription,
  runTime,
  STATE_WORDS,
  tKnown,
} from '../wording';
import { ALERTS, duration, progressWords, scoreWords } from './liveWords';
import type { ModelNode, RunNode, SidebarNode, TaskNode } from './sidebarTree';
import { factsTable, withCommands } from './tooltips';

/** How a line of the sidebar looks; icons and colours by VS Code's names. */
export interface Appearance {
  label: string;
  description: string;
  icon: string;
  color?: string;
  /** For the `when` clauses of menus. */
  context: string;
}

const STATE_ICONS: Readonly<Record<RunState, { icon: string; color?: string }>> = {
  preparing: { icon: 'loading~spin' },
  training: { icon: 'sync~spin', color: 'charts.blue' },
  paused: { icon: 'debug-pause', color: 'charts.yellow' },
  testing: { icon: 'beaker', color: 'charts.blue' },
  finished: { icon: 'pass', color: 'charts.green' },
  cancelled: { icon: 'circle-slash' },
  failed: { icon: 'error', color: 'charts.red' },
  interrupted: { icon: 'debug-disconnect', color: 'list.warningForeground' },
};

const TROUBLE_ICONS = {
  error: { icon: 'error', color: 'list.errorForeground' },
  warning: { icon: 'warning', color: 'list.warningForeground' },
} as const;

export function appearance(node: SidebarNode): Appearance {
  switch (node.kind) {
    case 'task':
      return taskAppearance(node);
    case 'run':
      return runAppearance(node);
    case 'place':
      return {
        label: PLACE_NAMES[node.place],
        description: count(node.models.length, 'model'),
        icon: 'folder-library',
        context: 'place',
      };
    case 'model':
      return modelAppearance(node);
  }
}

function taskAppearance({ task, orphan, runs, trouble }: TaskNode): Appearance {
  const runCount = runs.length ? count(runs.length, 'run') : l10n.t('no runs yet');
  const problems = trouble && count(trouble.problems, 'problem');
  return {
    label: task.name,
    description: orphan ? l10n.t('task file is gone') : [runCount, problems].filter(Boolean).join(' · '),
    ...(trouble && !orphan ? TROUBLE_ICONS[trouble.severity] : { icon: 'target' }),
    context: orphan ? 'orphan' : 'task',
  };
}

function runAppearance({ run, best, live }: RunNode): Appearance {
  const words = live && [progressWords(run, live), run.score !== undefined && percent(run.score)];
  return {
    label: runTime(run.createdAt),
    description: words ? words.filter(Boolean).join(' · ') : runDescription(run, best),
    ...(live?.alert || isBehind(run) ? TROUBLE_ICONS.warning : STATE_ICONS[run.state]),
    context: `run ${run.state} ${isLive(run) ? 'live' : 'ended'}`,
  };
}

/** Tested, and no better than a hard prompt. */
function isBehind({ state, score, scoreOn, baseline }: RunNode['run']): boolean {
  if (state !== 'finished' || scoreOn !== 'test') return false;
  return score !== undefined && baseline !== undefined && score <= baseline;
}

const MODEL_ICONS = { obstacle: 'circle-slash', 'on-disk': 'package', available: 'cloud-download' } as const;

function modelAppearance({ model, usedBy }: ModelNode): Appearance {
  const { obstacle, place, state, licence } = model;
  const kind = obstacle ? 'obstacle' : state;
  const used = usedBy.length > 0 && l10n.t('in use');
  // Where other programs keep their models, only they remove them.
  const removable = state === 'on-disk' && (place === 'cache' || place === 'catalogue');
  return {
    label: model.title,
    description: [used, obstacle && OBSTACLES[obstacle.kind], modelFacts(model), licence]
      .filter(Boolean)
      .join(' · '),
    icon: MODEL_ICONS[kind],
    color: used && !obstacle ? 'charts.green' : undefined,
    context: `model ${kind}${removable ? ' removable' : ''}`,
  };
}

/** What a line says when the pointer rests on it. */
export function tooltip(node: SidebarNode): MarkdownString {
  switch (node.kind) {
    case 'task':
      return taskTooltip(node);
    case 'run':
      return runTooltip(node);
    case 'place':
      return factsTable(
        PLACE_NAMES[node.place],
        l10n.t('Models that were found on this computer. Softprompt only reads them.'),
        [],
      );
    case 'model':
      return modelTooltip(node);
  }
}

function taskTooltip({ task, orphan, trouble, runs }: TaskNode): MarkdownString {
  const best = runs.find((one) => one.best) ?? runs.find(({ run }) => run.scoreOn === 'test');
  const text = factsTable(
    task.name,
    orphan ? l10n.t('The task file is gone; its runs are kept.') : undefined,
    [
      [l10n.t('Problem'), trouble?.message],
      [l10n.t('Base model'), task.model],
      [l10n.t('Best run'), best && [runTime(best.run.createdAt), scoreWords(best.run)].join(', ')],
      [l10n.t('File'), task.file],
    ],
  );
  return orphan ? text : withCommands(text, [['softprompt.tune', l10n.t('Tune'), task.file]]);
}

function runTooltip({ run, best, live }: RunNode): MarkdownString {
  const alert = live?.alert ?? (isBehind(run) ? 'behind' : undefined);
  return factsTable(
    `${run.task}, ${runTime(run.createdAt)}`,
    best ? l10n.t('The best run of its task') : undefined,
    [
      [l10n.t('State'), STATE_WORDS[run.state]],
      [l10n.t('Alert'), alert && ALERTS[alert].long],
      [l10n.t('Step'), l10n.t('{0} of {1}', formatCount(run.step), formatCount(run.steps))],
      [l10n.t('Time left'), live?.secondsLeft === undefined ? undefined : duration(live.secondsLeft)],
      [l10n.t('Tuned prompt'), scoreWords(run)],
      [
        l10n.t('Best hard prompt'),
        run.baseline === undefined ? undefined : l10n.t('{0} on the test rows', percent(run.baseline)),
      ],
      [l10n.t('Base model'), run.modelName],
      [l10n.t('Folder'), run.id],
    ],
  );
}

function modelTooltip({ model, usedBy }: ModelNode): MarkdownString {
  const { obstacle, name, path, kind, architecture, format } = model;
  const text = factsTable(model.title, obstacle && l10n.t('It cannot be tuned here. {0}', obstacle.reason), [
    [l10n.t('What to do'), obstacle?.hint],
    [l10n.t('In use by'), usedBy.join(', ')],
    [l10n.t('Name in task files'), name === path ? undefined : name],
    [l10n.t('Kind'), [architecture, kind && tKnown(MODEL_KINDS[kind]), format].filter(Boolean).join(', ')],
    [l10n.t('Size'), model.size > 0 ? bytes(model.size) : undefined],
    [l10n.t('Licence'), model.licence],
    [
      l10n.t('Memory to tune'),
      !obstacle && model.memory ? l10n.t('about {0}', bytes(model.memory)) : undefined,
    ],
    [l10n.t('Place'), path ?? l10n.t('Not on this computer yet')],
  ]);
  const removable = appearance({ kind: 'model', model, usedBy }).context.endsWith(' removable');
  if (model.state === 'available' && !obstacle)
    return withCommands(text, [['softprompt.pullModel', l10n.t('Download'), name]]);
  if (removable) return withCommands(text, [['softprompt.removeModel', l10n.t('Remove from disk'), name]]);
  return text;
}
