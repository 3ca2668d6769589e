import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RUN_COMMANDS } from '../../../src/extension/runs/runCommands';
import type { RunState, RunSummary } from '../../../src/protocol/runs';
import { FakeHost } from '../fakeHost';
import { seen, window } from '../fakeVscode';

const runOf = (id: string, state: RunState): RunSummary =>
  ({ id, folder: `/w/${id}`, task: 'mood', state, step: 20, createdAt: id }) as RunSummary;
const node = (run: RunSummary) => ({ kind: 'run' as const, run, best: false });

beforeEach(() => {
  seen.warnings.length = 0;
});

async function deleteRuns(...all: RunSummary[]): Promise<void> {
  const softprompt = { host: new FakeHost(), runs: { all: async () => all }, tasksView: { selection: [] } };
  const lines = all.map(node);
  await RUN_COMMANDS['softprompt.deleteRun'](softprompt as never, lines[0], lines);
  expect(softprompt.host.asked).toEqual([]); // nobody said yes
}

describe('deleting runs', () => {
  it('asks once for all that are selected', async () => {
    await deleteRuns(runOf('mood-1', 'finished'), runOf('mood-2', 'failed'), runOf('mood-3', 'training'));
    expect(seen.warnings).toEqual(['Delete 2 runs with their adapters?']);
  });

  it('names their folders, as many as the question has room for', async () => {
    const asked = vi.spyOn(window, 'showWarningMessage');
    await deleteRuns(...Array.from({ length: 12 }, (_, index) => runOf(`mood-${index + 10}`, 'finished')));
    const [, options] = asked.mock.calls[0] as unknown as [string, { detail: string }];
    const lines = options.detail.split('\n');
    expect(lines).toHaveLength(11);
    expect([lines[0], lines.at(-1)]).toEqual(['mood-21', '… and 2 more']);
  });

  it('says why a run that is being tuned stays', async () => {
    await deleteRuns(runOf('mood-1', 'paused'));
    expect(seen.warnings).toEqual(['“mood” is being tuned: cancel that first, then the run can be deleted.']);
  });
});

it('says that there is no run yet, with a way to one, and not as an error', async () => {
  const told = vi.spyOn(window, 'showInformationMessage').mockResolvedValue('Tune a Prompt' as never);
  seen.executed.length = 0;
  const softprompt = { runs: { all: async () => [] }, tasks: { using: async () => [] } };
  await RUN_COMMANDS['softprompt.openPanel'](softprompt as never, undefined);
  expect(told).toHaveBeenCalledWith('There is no run to show yet.', 'Tune a Prompt');
  await expect.poll(() => seen.executed).toEqual([['softprompt.tune']]);
  told.mockRestore();
});
