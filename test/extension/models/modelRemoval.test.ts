import { describe, expect, it } from 'vitest';
import { removalQuestion } from '../../../src/extension/models/modelRemoval';
import type { ModelPlace, ModelSummary, ModelsListing } from '../../../src/protocol/models';

const model = (title: string, path: string, place: ModelPlace): ModelSummary => ({
  ...{ name: title, title, path, place },
  ...{ architecture: 'llama', parameters: 1, size: 2_000_000, state: 'on-disk' },
});
const entry = (path: string, size: number): ModelsListing['contents'][number] => ({
  ...{ path, size, kind: 'model', name: path },
});

const own = model('SmolLM2', '/c/models/smollm2/m.gguf', 'catalogue');
const [left, right] = [
  model('pair/left', '/c/models/pair/left', 'cache'),
  model('pair/right', '/c/models/pair/right', 'cache'),
];
const near = model('pair-2', '/c/models/pair-2', 'cache');
const listing = {
  models: [own, left, right, near],
  contents: [entry('/c/models/pair', 4_000_000), entry('/c/models/pair-2', 2_000_000)],
};

describe('the question before a model is removed', () => {
  it.each([
    [own, [], 'It can be downloaded again at any time.'],
    [own, ['mood', 'spam'], 'In use by mood, spam: tuning there downloads it again.'],
    [near, [], 'It was put there by hand: Softprompt cannot bring it back.'],
    [near, ['mood'], /^In use by mood, which cannot be tuned without it\. .* cannot bring it back\.$/],
  ])('says of %s, used by %j, whether it can come back', (one, users, detail) => {
    expect(removalQuestion(one, listing, users).detail).toMatch(detail);
  });

  it('names the models that go with it, and counts what all of them take', () => {
    const { message, detail } = removalQuestion(left, listing, []);
    expect(message).toBe('Remove pair/left from this computer? It frees 4.0 MB.');
    expect(detail).toMatch(/^Removed with it, from the same folder: pair\/right\.\n/);
  });
});
