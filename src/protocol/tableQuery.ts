import * as z from 'zod/mini';

/** What a table may be asked for; longer texts are no search. */
const LONGEST = 10_000;
const text = z.string().check(z.maxLength(LONGEST));

export const tableQuerySchema: z.ZodMiniType<TableQuery> = z.strictObject({
  text: z.optional(text),
  only: z.optional(z.strictObject({ column: text, value: text })),
  sort: z.optional(z.strictObject({ column: text, descending: z.boolean() })),
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
