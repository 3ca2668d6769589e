import { basename } from 'node:path';
import { l10n } from 'vscode';
import type { DamagedAnswers, DatasetPredictions } from '../../protocol/dataset';

/** That answers to a dataset cannot be read, and what is shown in their place. */
export function damagedTitle(found: DatasetPredictions | undefined): string {
  return found
    ? l10n.t('Newer answers are damaged: these are older')
    : l10n.t('Its answers are damaged: evaluate again');
}

/** Which files those are, with the line, and what to do. */
export function damagedTooltip(damaged: readonly DamagedAnswers[]): string {
  const places = damaged.map(({ run, file, line }) =>
    line === undefined
      ? l10n.t('{0} of the run {1} cannot be read.', basename(file), basename(run))
      : l10n.t('{0} of the run {1} cannot be read at line {2}.', basename(file), basename(run), line),
  );
  return [...places, l10n.t('Click to have the tuned prompt answer every row again.')].join('\n');
}
