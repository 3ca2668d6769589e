import * as z from 'zod';

/** What a table may be asked for; longer texts are no search. */
const LONGEST = 10_000;
const text = z.string().max(LONGEST);

export const tableQuerySchema: z.ZodType<TableQuery> = z.strictObject({
  text: text.optional(),
  only: z.strictObject({ column: text, value: text }).optional(),
  sort: z.strictObject({ column: text, descending: z.boolean() }).optional(),
});

/** Which rows of a dataset a table shows, and in what order. Nothing asked: all, as they stand in the file. */
export interface TableQuery {
  /** Only rows with this text in any cell, upper and lower case alike. */
  text?: string;
  /** Only rows with exactly this in a column, spaces around it aside. */
  only?: { column: string; value: string };
  /** By number where all cells are numbers, else by the alphabet; empty cells last, equal ones in the file's order. */
  sort?: { column: string; descending: boolean };
}
