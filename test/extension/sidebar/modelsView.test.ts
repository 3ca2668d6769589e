import { describe, expect, it, vi } from 'vitest';
import type { ModelSummary } from '../../../src/protocol/models';

vi.mock('vscode', () => import('../fakeVscode'));
const { ModelsView } = await import('../../../src/extension/sidebar/modelsView');
const { TreeItemCollapsibleState } = await import('../fakeVscode');

describe('the models', () => {
  it.each([
    [12, TreeItemCollapsibleState.Expanded],
    [13, TreeItemCollapsibleState.Collapsed],
  ])('of a place with %i of them start in state %i: many would push the rest away', (many, state) => {
    const models = Array.from({ length: many }, (_, index) => ({
      kind: 'model' as const,
      usedBy: [],
      model: { title: `m${index}`, place: 'workspace', size: 1, parameters: 0 } as ModelSummary,
    }));
    const view = new ModelsView({} as never, { onChanged: () => ({ dispose() {} }) } as never, {} as never);
    expect(view.getTreeItem({ kind: 'place', place: 'workspace', models }).collapsibleState).toBe(state);
    view.dispose();
  });
});
