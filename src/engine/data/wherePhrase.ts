import type { Place } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';

/** Where in its file a row stands: in a line, or in Parquet, which has no lines, as a row. */
export function wherePhrase({ file, line, row }: Required<Pick<Place, 'file' | 'line' | 'row'>>): string {
  return /\.parquet$/i.test(file) ? l10n`row ${row}` : l10n`line ${line}`;
}
