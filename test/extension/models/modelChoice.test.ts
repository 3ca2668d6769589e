import { describe, expect, it, vi } from 'vitest';

vi.mock('vscode', async () => await import('../fakeVscode'));

import { modelItems, nameInTask } from '../../../src/extension/models/modelChoice';
import type { ModelSummary } from '../../../src/protocol/models';

const model = (name: string, more: Partial<ModelSummary> = {}): ModelSummary => ({
  name,
  title: name,
  architecture: 'llama',
  parameters: 2e9,
  size: 1e9,
  state: 'on-disk',
  place: 'ollama',
  ...more,
});

describe('modelItems', () => {
  it('offers what can be tuned first, and says why the others cannot be', () => {
    const obstacle = { kind: 'too-large', reason: 'It is too large for the memory.' } as const;
    const items = modelItems([
      model('large', { obstacle }),
      model('here', { quantisation: 'Q4_K_M' }),
      model('there', { state: 'available', place: 'catalogue' }),
    ]);
    expect(items.map(({ label, description, detail }) => [label, description, detail])).toEqual([
      ['$(cloud-download) there', '2.0B · 1.0 GB', 'To be downloaded'],
      ['$(package) here', '2.0B · Q4_K_M · 1.0 GB', 'Ollama'],
      ['$(circle-slash) large', '2.0B · 1.0 GB', 'It is too large for the memory.'],
    ]);
  });
});

describe('nameInTask', () => {
  it('is the listed name, and for models of the workspace their path from the task', () => {
    expect(nameInTask(model('ollama:smollm2:135m', { path: '/x/blobs/sha256-1' }), '/w')).toBe(
      'ollama:smollm2:135m',
    );
    const own = model('/w/models/a.gguf', { place: 'workspace', path: '/w/models/a.gguf' });
    expect(nameInTask(own, '/w')).toBe('./models/a.gguf');
    expect(nameInTask(own, '/w/tasks')).toBe('../models/a.gguf');
  });
});
