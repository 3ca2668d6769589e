import { basename } from 'node:path';
import { checkLabels } from '../engine/labels/checkLabels';
import { reviewFileOf } from '../engine/labels/reviewFile';
import type { LabelProgress, LabelReview } from '../protocol/labels';
import { shortPath } from './comparison';
import type { CommandContext } from './context';
import type { ExitCode } from './exitCodes';
import { duration, oneLine, percent, table } from './figures';
import { interruptible } from './interrupts';
import type { Terminal } from './terminal';

/** Characters of a text in the list. */
const TEXT_WIDTH = 60;

/** `softprompt labels TASK`. */
export async function labels(
  { terminal, cacheFolder, threads }: CommandContext,
  taskFile: string,
): Promise<ExitCode> {
  const controller = new AbortController();
  const stopping = {
    stop: () => controller.abort(),
    abandon: () => process.exit(130 satisfies ExitCode),
  };
  const review = await interruptible(stopping, () =>
    checkLabels(taskFile, {
      cacheFolder,
      threads,
      signal: controller.signal,
      onProgress(progress) {
        terminal.json({ type: 'progress', ...progress });
        terminal.progress(progressText(progress));
      },
    }),
  );
  terminal.clearProgress();
  for (const label of review.labels) terminal.json({ type: 'label', ...label });
  const { labels: _, ...summary } = review;
  terminal.json({ type: 'result', ...summary });
  report(terminal, review);
  return 0;
}

/** `part 2 of 3 · tuning 34/60 · 45 %`. */
function progressText({ phase, fold, folds, done, total, share }: Omit<LabelProgress, 'taskFile'>): string {
  if (total === 0) return `${phase}…`;
  return `part ${fold} of ${folds} · ${phase} ${done}/${total} · ${percent(share)}`;
}

function report(terminal: Terminal, review: LabelReview): void {
  const open = review.labels.filter(({ state }) => state === 'open');
  const dismissed = review.labels.filter(({ state }) => state === 'dismissed').length;
  const lines = open.map(({ file, line, given, predicted, confidence, text }) => [
    `${basename(file)}:${line}`,
    `${given} → ${predicted}`,
    percent(confidence),
    oneLine(text, TEXT_WIDTH),
  ]);
  for (const line of table(lines, [0, 1, 3])) terminal.print(line);
  if (open.length > 0) terminal.print();
  const rows = open.length === 1 ? '1 label is' : `${open.length} labels are`;
  terminal.print(
    `${rows} suspicious among ${review.rows} training and validation rows, of which ${percent(review.accuracy)} were answered as labelled by prompts that had not learned them.`,
  );
  if (dismissed > 0) terminal.print(`${dismissed} more were found right before.`);
  terminal.print(`Time     ${duration(review.seconds)}`);
  terminal.print(`Kept in  ${shortPath(reviewFileOf(review.taskFile))}`);
}
