import * as z from 'zod';
import { type CompareState, type FromCompare, MOST_COMPARED } from '../../protocol/compare';

const folder = z.string().min(1);
const folders = z.array(folder).max(MOST_COMPARED);

/** What the page may send. */
export const fromCompareSchema: z.ZodType<FromCompare> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('choose'), folders }),
  z.strictObject({ type: z.literal('openRow'), file: z.string().min(1), line: z.int().min(1) }),
  z.strictObject({ type: z.literal('openRun'), folder }),
  z.strictObject({ type: z.literal('evaluate'), folder }),
  z.strictObject({
    type: z.literal('export'),
    name: z.string().min(1),
    text: z.string(),
    encoding: z.literal('base64').optional(),
  }),
]);

/** What VS Code kept of the page; all that matters here is which runs it compared. */
export const compareStateSchema: z.ZodType<Pick<CompareState, 'folders'>> = z
  .object({ folders: folders.optional().catch(undefined) })
  .catch({});
