import * as z from 'zod/mini';
import { MOST_TABLE_ROWS } from '../../protocol/table';
import { type FromTable, TABLE_COMMANDS } from '../../protocol/tablePage';
import { tableQuerySchema } from '../../protocol/tableQuery';

const fromOne = z.int().check(z.gte(1));

/** What the page of a table may send. */
export const fromTableSchema: z.ZodMiniType<FromTable> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('query'), query: tableQuerySchema }),
  z.strictObject({
    type: z.literal('rows'),
    query: tableQuerySchema,
    from: z.int().check(z.gte(0)),
    count: fromOne.check(z.lte(MOST_TABLE_ROWS)),
  }),
  z.strictObject({ type: z.literal('row'), row: fromOne }),
  z.strictObject({ type: z.literal('copy'), row: fromOne, column: z.int().check(z.gte(0)) }),
  z.strictObject({ type: z.literal('command'), name: z.enum(TABLE_COMMANDS), line: z.optional(fromOne) }),
]);
