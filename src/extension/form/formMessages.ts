import * as z from 'zod';
import { DATA_ROLES, FORM_COMMANDS, type FromForm } from '../../protocol/form';

const path = z.array(z.union([z.string(), z.int().min(0)])).max(16);
const place = z.int().min(1).optional();

/** What the page of the form may send. */
export const fromFormSchema: z.ZodType<FromForm> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({
    type: z.literal('change'),
    changes: z
      .array(z.strictObject({ path: path.min(1), value: z.json().optional() }))
      .min(1)
      .max(64),
  }),
  z.strictObject({ type: z.literal('browse'), role: z.enum(DATA_ROLES) }),
  z.strictObject({ type: z.literal('preview'), row: z.int().min(1) }),
  z.strictObject({ type: z.literal('command'), name: z.enum(FORM_COMMANDS) }),
  z.strictObject({ type: z.literal('openText'), path: path.optional(), line: place, column: place }),
]);
