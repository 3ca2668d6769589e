import type { TablePageState } from '../../protocol/tablePage';
import type { TableQuery } from '../../protocol/tableQuery';

/** What VS Code kept of the page; anything that is not understood is left out. */
export function readTableState(kept: unknown): TablePageState {
  const { query, top, row, column, widths, detail } = objectOf(kept);
  return {
    query: readQuery(query),
    ...placeOf('top', top),
    ...placeOf('row', row),
    ...placeOf('column', column),
    widths: Object.fromEntries(
      Object.entries(objectOf(widths)).filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number',
      ),
    ),
    detail: detail === true,
  };
}

function readQuery(kept: unknown): TableQuery {
  const { text, only, sort } = objectOf(kept);
  const { column, value } = objectOf(only);
  const { column: by, descending } = objectOf(sort);
  return {
    ...(typeof text === 'string' && { text }),
    ...(typeof column === 'string' && typeof value === 'string' && { only: { column, value } }),
    ...(typeof by === 'string' && { sort: { column: by, descending: descending === true } }),
  };
}

function placeOf(name: 'top' | 'row' | 'column', value: unknown): TablePageState {
  return Number.isInteger(value) && (value as number) >= 0 ? { [name]: value as number } : {};
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
