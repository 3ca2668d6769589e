import * as z from 'zod/mini';
import { type CompareState, type FromCompare, MOST_COMPARED } from '../../protocol/compare';

const folder = z.string().check(z.minLength(1));
const folders = z.array(folder).check(z.maxLength(MOST_COMPARED));

/** What the page may send. */
export const fromCompareSchema: z.ZodMiniType<FromCompare> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('choose'), folders }),
  z.strictObject({
    type: z.literal('openRow'),
    file: z.string().check(z.minLength(1)),
    line: z.int().check(z.gte(1)),
  }),
  z.strictObject({ type: z.literal('openRun'), folder }),
  z.strictObject({ type: z.literal('evaluate'), folder }),
  z.strictObject({
    type: z.literal('export'),
    name: z.string().check(z.minLength(1)),
    text: z.string(),
    encoding: z.optional(z.literal('base64')),
  }),
]);

/** What VS Code kept of the page; all that matters here is which runs it compared. */
export const compareStateSchema: z.ZodMiniType<Pick<CompareState, 'folders'>> = z.catch(
  z.object({ folders: z.catch(z.optional(folders), undefined) }),
  {},
);
