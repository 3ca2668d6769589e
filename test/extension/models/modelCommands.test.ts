import { beforeEach, describe, expect, it } from 'vitest';
import { MODEL_COMMANDS } from '../../../src/extension/models/modelCommands';
import { FakeHost } from '../fakeHost';
import { seen } from '../fakeVscode';

const TINY = { name: 'tiny', title: 'Tiny', place: 'cache', path: '/c/models/tiny', size: 1_000_000 };
const listing = {
  models: [TINY],
  contents: [{ path: TINY.path, kind: 'model', name: 'tiny', size: TINY.size }],
};
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  seen.warnings.length = 0;
});

describe('removing a model', () => {
  it.each([
    ['asks first', undefined, /^Remove Tiny from this computer\? It frees 1\.0 MB\.$/],
    ['waits for the training that uses it', 'mood', '“mood” is being tuned with Tiny: cancel that first.'],
    ['asks while another model is being tuned', 'other', /^Remove Tiny/],
  ])('%s', async (_, live, said) => {
    const host = new FakeHost();
    const tasks = { all: async () => [{ file: '/w/mood.softprompt.json', name: 'mood', model: 'tiny' }] };
    const softprompt = { host, tasks, runs: { live: live && { task: live } } };
    const done = MODEL_COMMANDS['softprompt.removeModel'](softprompt as never, 'tiny');
    host.last('models/list').answer(listing);
    await done;
    await settle();
    expect(seen.warnings).toEqual([expect.stringMatching(said)]);
    expect(host.asked.map(({ method }) => method)).not.toContain('models/remove'); // nobody said yes
  });
});
