import { beforeEach, describe, expect, it, vi } from 'vitest';
import { runsMeant } from '../../../src/extension/choose';
import type { RunNode, TaskNode } from '../../../src/extension/sidebar/sidebarTree';
import { TasksView } from '../../../src/extension/sidebar/tasksView';
import type { RunSummary } from '../../../src/protocol/runs';
import { FakeHost } from '../fakeHost';
import { EventEmitter, silentLog } from '../fakeVscode';

const TASK = '/w/mood.softprompt.json';

function run(id: string, more: Partial<RunSummary> = {}): RunSummary {
  return {
    id,
    folder: `/w/.softprompt/runs/${id}`,
    task: 'mood',
    taskFile: TASK,
    state: 'finished',
    createdAt: `2026-11-22T10:15:${id.padStart(2, '0')}.000Z`,
    step: 100,
    steps: 100,
    modelName: 'm',
    ...more,
  };
}

let view: TasksView;
let runs: RunSummary[];
let problems: { severity: string; message: string }[];
const changed = new EventEmitter<void>();
const host = new FakeHost();
const drawn: unknown[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  runs = [run('1'), run('2', { state: 'training', step: 5 })];
  problems = [];
  drawn.length = 0;
  view = new TasksView({
    tasks: {
      all: async () => [{ file: TASK, name: 'mood', data: [] }],
      onChanged: () => ({ dispose() {} }),
    },
    runs: {
      all: async () => runs,
      onChanged: changed.event,
      lossOf: () => 0.5,
      get live() {
        return runs[1];
      },
    },
    checks: { of: async () => ({ problems }), onForgotten: () => ({ dispose() {} }) },
    host,
    log: silentLog,
  } as never);
  view.onDidChangeTreeData((nodes) => drawn.push(nodes));
  return () => {
    view.dispose();
    vi.useRealTimers();
  };
});

const redraw = () => vi.advanceTimersByTimeAsync(1_100);

describe('the tasks', () => {
  it('are redrawn line by line while a run is live: only the line that says something else', async () => {
    const [task] = (await view.getChildren()) as TaskNode[];
    await redraw();
    drawn.length = 0;
    const [live, ended] = task!.runs;
    expect([live!.run.id, ended!.run.id]).toEqual(['2', '1']);
    runs = [run('1'), run('2', { state: 'training', step: 6 })];
    changed.fire();
    await redraw();
    expect(drawn).toEqual([[live]]);
    expect(view.getTreeItem(live!).description).toBe('6/100 · loss 0.500');
    changed.fire();
    await redraw();
    expect(drawn).toHaveLength(1);
  });

  it('hold still for some seconds while there is nothing to tell but steps: their tooltips would go away', async () => {
    await view.getChildren();
    await redraw();
    const make = async (step: number, more: Partial<RunSummary> = {}) => {
      runs = [run('1'), run('2', { state: 'training', step, ...more })];
      changed.fire();
      await redraw();
    };
    await make(6);
    drawn.length = 0;
    await make(7);
    expect(drawn).toEqual([]);
    await make(8, { score: 0.5 });
    expect(drawn).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(4_000);
    await make(9, { score: 0.5 });
    expect(drawn).toHaveLength(2);
  });

  it('are redrawn as a whole when a run comes or goes', async () => {
    await view.getChildren();
    await redraw();
    drawn.length = 0;
    runs = [...runs, run('3')];
    changed.fire();
    await redraw();
    expect(drawn).toEqual([undefined]);
  });

  it('are other lines once there is a run, so that they open by themselves', async () => {
    const [task] = (await view.getChildren()) as TaskNode[];
    const bare = view.getTreeItem({ ...task!, runs: [] });
    expect(view.getTreeItem(task!).id).not.toBe(bare.id);
  });

  it('show what the host finds wrong with a task', async () => {
    problems = [
      { severity: 'information', message: 'To be downloaded.' },
      { severity: 'warning', message: 'Two rows are the same.' },
      { severity: 'error', message: 'The dataset is gone.' },
    ];
    const [task] = (await view.getChildren()) as TaskNode[];
    await redraw();
    expect(task!.trouble).toEqual({ severity: 'error', message: 'The dataset is gone.', problems: 2 });
    expect(drawn).toContainEqual([task]);
  });

  it('tell the time left by the pace of the host', async () => {
    for (let step = 1; step <= 5; step++) {
      const event = { type: 'step', step, time: step * 2000, seconds: 2, loss: 1 };
      host.hear(event as never, runs[1]!.folder);
    }
    const [task] = (await view.getChildren()) as TaskNode[];
    expect(view.getTreeItem(task!.runs[0]!).description).toBe('5/100 · 3 min left · loss 0.500');
  });
});

describe('runsMeant', () => {
  const node = (one: RunSummary): RunNode => ({ kind: 'run', run: one, best: false });
  const all = [run('1'), run('2'), run('3')];
  const ids = (...[target, selected, selection = []]: [unknown, unknown?, unknown?]) =>
    runsMeant({ tasksView: { selection } } as never, target as never, selected as never, all).map(
      ({ id }) => id,
    );

  it('are those of all selected lines, newest first', () => {
    expect(ids(node(all[0]!), [node(all[0]!), node(all[2]!)])).toEqual(['3', '1']);
  });

  it('are all runs of a task, and each once', () => {
    const task = { kind: 'task', runs: [node(all[0]!), node(all[1]!)] };
    expect(ids(task, [task, node(all[1]!)])).toEqual(['2', '1']);
  });

  it('are the selection of the sidebar where a key was pressed or nothing is named', () => {
    expect(ids({ kind: 'selection' }, undefined, [node(all[1]!)])).toEqual(['2']);
    expect(ids(undefined, undefined, [node(all[1]!)])).toEqual(['2']);
    expect(ids(all[0]!.folder, undefined, [node(all[1]!)])).toEqual(['1']);
  });
});
