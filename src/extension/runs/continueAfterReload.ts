import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import * as z from 'zod/mini';
import type { RunSummary } from '../../protocol/runs';
import type { Softprompt } from '../context';
import { showFailure } from '../failures';
import { stepOfSteps } from './liveSummary';
import { resume } from './training';

/** Where VS Code keeps, for this workspace, which run was being trained. */
const KEPT = 'softprompt.liveRun';

const keptSchema = z.catch(
  z.nullable(
    z.object({
      folder: z.string(),
      paused: z.boolean(),
      /** When it was last continued by itself, in milliseconds since 1970. */
      continuedAt: z.optional(z.number()),
    }),
  ),
  null,
);
type Kept = z.infer<typeof keptSchema>;

/** After a longer break the person is asked: the computer may be wanted for something else by now. */
const RECENT_MILLISECONDS = 10 * 60_000;
/** A second time this soon looks like a crash that continuing brings about. */
const CRASH_LOOP_MILLISECONDS = 2 * 60_000;
/** The old host writes its last checkpoint while the new window opens. */
const LAST_CHECKPOINT_MILLISECONDS = 60_000;
const LOOK_AGAIN_MILLISECONDS = 500;

/**
 * A training outlives its window: when the window is reloaded or the extension host was lost, the run goes on from its
 * last checkpoint by itself; after a longer break, when asked.
 */
export function continueAfterReload(softprompt: Softprompt): vscode.Disposable {
  const { runs } = softprompt;
  const memory = softprompt.extension.workspaceState;
  const kept = (): Kept => keptSchema.parse(memory.get(KEPT) ?? null);
  const keep = (value: Kept): void => void memory.update(KEPT, value ?? undefined);

  const begin = (): void => {
    const last = kept();
    if (!last || !vscode.workspace.isTrusted) return;
    goOn(softprompt, last, keep).catch((error) => {
      keep(null);
      return showFailure(softprompt, error, `Going on with ${last.folder}`);
    });
  };
  begin();
  return vscode.Disposable.from(
    vscode.workspace.onDidGrantWorkspaceTrust(begin),
    runs.onChanged(() => {
      const { live } = runs;
      if (!live) return;
      const last = kept();
      const paused = live.state === 'paused';
      if (last?.folder === live.folder && last.paused === paused) return;
      keep({ ...(last?.folder === live.folder && last), folder: live.folder, paused });
    }),
    runs.onEnded((run) => {
      if (run.state !== 'interrupted' && kept()?.folder === run.folder) keep(null);
    }),
  );
}

async function goOn(
  softprompt: Softprompt,
  last: NonNullable<Kept>,
  keep: (value: Kept) => void,
): Promise<void> {
  const run = await whenInterrupted(softprompt, last.folder);
  if (!run || last.paused) {
    keep(null); // it ended, was deleted, goes on elsewhere, or stood still by choice: its panel has the button
    return;
  }
  const now = Date.now();
  const { mtimeMs } = await stat(join(run.folder, 'metrics.jsonl'));
  const again = now - (last.continuedAt ?? 0) < CRASH_LOOP_MILLISECONDS;
  if (again || now - mtimeMs > RECENT_MILLISECONDS) {
    const message = vscode.l10n.t('The run of “{0}” was interrupted at {1}.', run.task, stepOfSteps(run));
    const resumeIt = vscode.l10n.t('Resume');
    if ((await vscode.window.showInformationMessage(message, resumeIt)) !== resumeIt) return keep(null);
    return resume(softprompt, run);
  }
  keep({ ...last, continuedAt: now });
  await softprompt.host.request('training/resume', { folder: run.folder });
  await softprompt.runs.refresh();
  const open = vscode.l10n.t('Open Panel');
  const message = vscode.l10n.t(
    'The run of “{0}” goes on, from its checkpoint at {1}.',
    run.task,
    stepOfSteps(run),
  );
  if ((await vscode.window.showInformationMessage(message, open)) === open) {
    await softprompt.panel.open(run.folder);
  }
}

/** The run once the process that worked on it has let go; undefined when it does not, or the run is gone or ended otherwise. */
async function whenInterrupted({ runs }: Softprompt, folder: string): Promise<RunSummary | undefined> {
  const until = Date.now() + LAST_CHECKPOINT_MILLISECONDS;
  for (;;) {
    const run = (await runs.all()).find((one) => one.folder === folder);
    if (!run || ['finished', 'cancelled', 'failed'].includes(run.state)) return undefined;
    if (run.state === 'interrupted') return run;
    if (Date.now() > until || runs.live?.folder === folder) return undefined;
    await sleep(LOOK_AGAIN_MILLISECONDS);
    await runs.refresh();
  }
}
