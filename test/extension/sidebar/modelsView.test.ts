import { describe, expect, it, vi } from 'vitest';
import type { ModelSummary } from '../../../src/protocol/models';
import { FakeHost } from '../fakeHost';
import { silentLog } from '../fakeVscode';

vi.mock('vscode', () => import('../fakeVscode'));
const { ModelsView } = await import('../../../src/extension/sidebar/modelsView');
const { TreeItemCollapsibleState } = await import('../fakeVscode');

const tasks = { all: async () => [], onChanged: () => ({ dispose() {} }) };

describe('the models', () => {
  it('are asked for again, once, when a host that could not be asked is back', async () => {
    const host = new FakeHost();
    const view = new ModelsView(host as never, tasks as never, silentLog as never);
    let drawn = 0;
    view.onDidChangeTreeData(() => drawn++);
    const listed = view.getChildren();
    host.last('models/list').fail(new Error('The training host ended at its start.'));
    expect(await listed).toEqual([]); // the view's welcome text says so
    host.states.fire('lost');
    expect(drawn).toBe(0);
    host.states.fire('ready');
    host.states.fire('ready');
    expect(drawn).toBe(1);
    const again = view.getChildren();
    host.last('models/list').answer({ models: [{ title: 'tiny', place: 'cache', name: 'tiny' }] });
    expect(await again).toHaveLength(1);
    view.dispose();
  });

  it.each([
    [12, TreeItemCollapsibleState.Expanded],
    [13, TreeItemCollapsibleState.Collapsed],
  ])('of a place with %i of them start in state %i: many would push the rest away', (many, state) => {
    const models = Array.from({ length: many }, (_, index) => ({
      kind: 'model' as const,
      usedBy: [],
      model: { title: `m${index}`, place: 'workspace', size: 1, parameters: 0 } as ModelSummary,
    }));
    const view = new ModelsView(new FakeHost() as never, tasks as never, silentLog as never);
    expect(view.getTreeItem({ kind: 'place', place: 'workspace', models }).collapsibleState).toBe(state);
    view.dispose();
  });
});
