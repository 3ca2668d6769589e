import { describe, expect, it } from 'vitest';
import { appearance, tooltip } from '../../../src/extension/sidebar/appearance';
import { modelNodes, taskNodes } from '../../../src/extension/sidebar/sidebarTree';
import type { TaskEntry } from '../../../src/extension/taskFile/taskEntry';
import type { ModelSummary } from '../../../src/protocol/models';
import type { RunSummary } from '../../../src/protocol/runs';

function task(name: string): TaskEntry {
  return { file: `/w/${name}.softprompt.json`, name, model: 'smollm2-135m-instruct', data: [] };
}

function run(taskName: string, day: number, more: Partial<RunSummary> = {}): RunSummary {
  const createdAt = `2026-11-${String(day).padStart(2, '0')}T10:15:30.000Z`;
  return {
    id: `${taskName}-${day}`,
    folder: `/w/.softprompt/runs/${taskName}-${day}`,
    task: taskName,
    taskFile: `/w/${taskName}.softprompt.json`,
    state: 'finished',
    createdAt,
    step: 100,
    steps: 100,
    modelName: 'smollm2-135m-instruct',
    ...more,
  };
}

describe('taskNodes', () => {
  it('puts each run under its task, newest first', () => {
    const nodes = taskNodes(
      [task('support'), task('mood')],
      [run('support', 1), run('support', 3), run('mood', 2)],
    );
    expect(nodes.map((node) => [node.task.name, node.runs.map(({ run: { id } }) => id)])).toEqual([
      ['mood', ['mood-2']],
      ['support', ['support-3', 'support-1']],
    ]);
  });

  it('marks the best tested run, and none where there is nothing to compare', () => {
    const scored = (day: number, score: number): RunSummary =>
      run('support', day, { score, scoreOn: 'test' });
    const validated = run('support', 9, { score: 0.99, scoreOn: 'validation' });
    const [node] = taskNodes([task('support')], [scored(1, 0.8), scored(2, 0.9), scored(3, 0.85), validated]);
    expect(node?.runs.filter(({ best }) => best).map(({ run: { id } }) => id)).toEqual(['support-2']);
    const [single] = taskNodes([task('support')], [scored(1, 0.8), validated]);
    expect(single?.runs.some(({ best }) => best)).toBe(false);
  });

  it('keeps the runs of a task file that is gone, at the end', () => {
    const nodes = taskNodes([task('zebra')], [run('anvil', 1)]);
    expect(nodes.map((node) => [node.task.name, node.orphan])).toEqual([
      ['zebra', false],
      ['anvil', true],
    ]);
    expect(appearance(nodes[1]!).context).toBe('orphan');
  });
});

describe('appearance', () => {
  it('shows a tested run with the hard prompt it beats', () => {
    const best = run('support', 1, { score: 0.914, scoreOn: 'test', baseline: 0.6 });
    expect(appearance({ kind: 'run', run: best, best: true })).toMatchObject({
      description: '★ 91.4 % vs 60.0 %',
      context: 'run finished ended',
      icon: 'pass',
    });
  });

  it('shows how far a live run is, and lets menus tell it from one that ended', () => {
    const live = run('support', 1, {
      state: 'training',
      step: 34,
      steps: 120,
      score: 0.8,
      scoreOn: 'validation',
    });
    expect(appearance({ kind: 'run', run: live, best: false })).toMatchObject({
      description: '80.0 % on validation · training 34/120',
      context: 'run training live',
    });
    const interrupted = { ...live, state: 'interrupted' as const };
    expect(appearance({ kind: 'run', run: interrupted, best: false }).context).toBe('run interrupted ended');
  });
});

describe('a run with an alert', () => {
  const tested = { score: 0.6, scoreOn: 'test', baseline: 0.6 } as const;

  it('has it on its line and in its tooltip while it is live', () => {
    const live = run('support', 1, { state: 'training', step: 1034, steps: 4000 });
    const node = { kind: 'run', run: live, best: false, live: { alert: 'rising' } } as const;
    expect(appearance(node)).toMatchObject({ description: 'loss rising · 1,034/4,000', icon: 'warning' });
    expect(tooltip(node).value).toContain('The loss is rising: the panel says what to try');
    expect(tooltip(node).value).toContain('1,034 of 4,000');
  });

  it('looks like a warning where a hard prompt did as well in the test', () => {
    const behind = { kind: 'run', run: run('support', 1, tested), best: false } as const;
    expect(appearance(behind)).toMatchObject({ description: '60.0 % vs 60.0 %', icon: 'warning' });
    expect(tooltip(behind).value).toContain('The best hard prompt is not beaten');
    const ahead = { ...behind, run: run('support', 1, { ...tested, baseline: 0.5 }) };
    expect(appearance(ahead).icon).toBe('pass');
    expect(tooltip(ahead).value).not.toContain('Alert');
  });
});

describe('a task with problems', () => {
  const node = { kind: 'task', task: task('support'), orphan: false, runs: [] } as const;
  const trouble = { severity: 'error', message: 'The dataset is gone.', problems: 2 } as const;

  it('has them counted on its line and told in its tooltip', () => {
    expect(appearance({ ...node, runs: [], trouble })).toMatchObject({
      description: 'no runs yet · 2 problems',
      icon: 'error',
    });
    expect(tooltip({ ...node, runs: [], trouble }).value).toContain('The dataset is gone');
    expect(appearance({ ...node, runs: [] }).icon).toBe('target');
  });
});

describe('modelNodes', () => {
  const model = (title: string, more: Partial<ModelSummary> = {}): ModelSummary => ({
    name: title.toLowerCase(),
    title,
    architecture: 'llama',
    parameters: 134_515_008,
    quantisation: 'Q4_1',
    size: 98_362_432,
    state: 'on-disk',
    place: 'catalogue',
    ...more,
  });
  const titles = (nodes: ReturnType<typeof modelNodes>): unknown[] =>
    nodes.map((node) => (node.kind === 'place' ? [node.place, titles(node.models)] : node.model.title));

  it('lists what is on disk before what can be downloaded, and last what cannot be tuned', () => {
    const unsupported = { kind: 'unsupported', reason: 'It is a mixture of experts (mixtral).' } as const;
    const nodes = modelNodes([
      model('A', { state: 'available' }),
      model('D', { obstacle: unsupported, place: 'cache' }),
      model('C'),
      model('B', { place: 'cache' }),
    ]);
    expect(titles(nodes)).toEqual(['B', 'C', 'A', 'D']);
    expect(appearance(nodes[2]!)).toMatchObject({
      description: '135M · Q4_1 · 98 MB',
      icon: 'cloud-download',
      context: 'model available',
    });
    const refused = appearance(nodes[3]!);
    expect(refused).toMatchObject({ icon: 'circle-slash', context: 'model obstacle removable' });
    expect(tooltip(nodes[3]!).value).toContain(
      'It cannot be tuned here. It is a mixture of experts (mixtral).',
    );
  });

  it('says what is in the way beside the name, and the memory only of what can be tuned', () => {
    const tooLarge = { kind: 'too-large', reason: 'Tuning takes about 60 GB of memory.' } as const;
    const node = (more: Partial<ModelSummary>) => ({
      kind: 'model' as const,
      usedBy: [],
      model: model('a', { memory: 1.6e9, ...more }),
    });
    expect(appearance(node({ obstacle: tooLarge })).description).toBe('too large · 135M · Q4_1 · 98 MB');
    expect(tooltip(node({ obstacle: tooLarge })).value).not.toContain('1\\.6 GB');
    expect(tooltip(node({})).value).toContain('| Memory to tune | about 1\\.6 GB |');
    const broken = { kind: 'broken', reason: 'It is cut short.' } as const;
    const damaged = node({ obstacle: broken, parameters: 0, quantisation: undefined, size: 0 });
    expect(appearance(damaged).description).toBe('damaged');
  });

  it('marks models in use, by name or by path, and puts them first; the licence is on the line', () => {
    const tasks = [
      { ...task('support'), model: 'c' },
      { ...task('mood'), model: './models/x' },
    ];
    const nodes = modelNodes(
      [
        model('A', { state: 'available' }),
        model('B'),
        model('C', { licence: 'Apache-2.0' }),
        model('X', { name: './models/x', path: '/w/models/x', place: 'cache' }),
      ],
      tasks,
    );
    expect(titles(nodes)).toEqual(['C', 'X', 'B', 'A']);
    expect(appearance(nodes[0]!)).toMatchObject({
      description: 'in use · 135M · Q4_1 · 98 MB · Apache-2.0',
      context: 'model on-disk removable',
    });
    expect(tooltip(nodes[1]!).value).toContain('| In use by | mood |');
  });

  it('lets only models be removed that the cache folder holds', () => {
    const context = (more: Partial<ModelSummary>) =>
      appearance({ kind: 'model', usedBy: [], model: model('a', more) }).context;
    expect(context({ place: 'cache' })).toBe('model on-disk removable');
    expect(context({ place: 'ollama' })).toBe('model on-disk');
    expect(context({ state: 'available' })).toBe('model available');
  });

  it('puts models of other programs and of the workspace under their places', () => {
    const nodes = modelNodes([
      model('z', { place: 'ollama' }),
      model('SmolLM2'),
      model('y', { place: 'ollama' }),
      model('x', { place: 'workspace' }),
    ]);
    expect(titles(nodes)).toEqual(['SmolLM2', ['workspace', ['x']], ['ollama', ['y', 'z']]]);
    expect(appearance(nodes[2]!)).toMatchObject({
      label: 'Ollama',
      description: '2 models',
      context: 'place',
    });
  });
});
