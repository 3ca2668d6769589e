import type { FileMetaData } from 'hyparquet';
import { l10n } from '../../../protocol/l10n';
import { distinctNames } from '../columnNames';

/**
 * Gives columns of one name different ones, in the file's table of contents: the parser finds a column's values by its name.
 * Returns the names as the file has them.
 */
export function makeColumnsDistinct({ schema, row_groups }: FileMetaData): string[] {
  const columns = topColumns(schema);
  const wanted = columns.map(({ at }) => schema[at]!.name);
  const names = distinctNames(wanted);
  if (names.every((name, index) => name === wanted[index])) return wanted;
  for (const [index, { at }] of columns.entries()) schema[at]!.name = names[index]!;
  // A group's chunks stand in the order of the schema's leaves.
  const ofLeaf = columns.flatMap(({ leaves }, index) => new Array<string>(leaves).fill(names[index]!));
  for (const { columns: chunks } of row_groups) {
    if (chunks.length !== ofLeaf.length) throw new Error(l10n`a row group lacks columns`);
    for (const [leaf, { meta_data }] of chunks.entries()) {
      if (meta_data) meta_data.path_in_schema[0] = ofLeaf[leaf]!;
    }
  }
  return wanted;
}

/** The root's children: where each stands in the list that the schema is, and how many leaves it has. */
function topColumns(schema: FileMetaData['schema']): { at: number; leaves: number }[] {
  const columns: { at: number; leaves: number }[] = [];
  let next = 1;
  for (let child = 0; child < (schema[0]?.num_children ?? 0); child++) {
    const at = next;
    let leaves = 0;
    // Elements of this column that are still to come.
    for (let open = 1; open > 0 && next < schema.length; next++) {
      const children = schema[next]!.num_children ?? 0;
      if (children === 0) leaves += 1;
      open += children - 1;
    }
    columns.push({ at, leaves });
  }
  return columns;
}
