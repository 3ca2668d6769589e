import * as z from 'zod/mini';
import { DATA_ROLES, FORM_COMMANDS, type FromForm } from '../../protocol/form';

const path = z.array(z.union([z.string(), z.int().check(z.gte(0))])).check(z.maxLength(16));
const place = z.optional(z.int().check(z.gte(1)));

/** What the page of the form may send. */
export const fromFormSchema: z.ZodMiniType<FromForm> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({
    type: z.literal('change'),
    number: z.int().check(z.gte(1)),
    changes: z
      .array(z.strictObject({ path: path.check(z.minLength(1)), value: z.optional(z.json()) }))
      .check(z.minLength(1), z.maxLength(64)),
  }),
  z.strictObject({ type: z.literal('browse'), role: z.enum(DATA_ROLES) }),
  z.strictObject({ type: z.literal('preview'), row: z.int().check(z.gte(1)) }),
  z.strictObject({ type: z.literal('command'), name: z.enum(FORM_COMMANDS) }),
  z.strictObject({ type: z.literal('openText'), path: z.optional(path), line: place, column: place }),
]);
