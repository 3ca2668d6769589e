import * as z from 'zod';
import { taskFileSchema } from '../../protocol/taskFile';

/**
 * The task file's JSON Schema, which gives editors completion and hover. Draft 7 is what VS Code knows best. Written to
 * media/softprompt.schema.json by `npm run schema`; a test holds the two together.
 */
export function taskJsonSchema(): object {
  return z.toJSONSchema(taskFileSchema, { target: 'draft-7' });
}
