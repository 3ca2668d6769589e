import { join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { readJson } from './modelJson';

/** As sentence-transformers saves how states are pooled. */
const FILE = join('1_Pooling', 'config.json');

/** Before version 5 a switch for each mode, then one name. */
const schema = z.looseObject({
  pooling_mode: z.string().optional(),
  pooling_mode_cls_token: z.boolean().optional(),
  pooling_mode_mean_tokens: z.boolean().optional(),
});

/**
 * How an encoder's folder says that states are pooled; the mean where it says nothing. Throws model-unsupported for ways that
 * are not known.
 */
export async function readPooling(folder: string): Promise<'mean' | 'cls'> {
  const file = join(folder, FILE);
  const json = await readJson(file, null);
  if (json === null) return 'mean';
  const { data } = schema.safeParse(json);
  if (data?.pooling_mode === 'mean' || data?.pooling_mode_mean_tokens) return 'mean';
  if (data?.pooling_mode === 'cls' || data?.pooling_mode_cls_token) return 'cls';
  throw new SoftpromptError(
    'model-unsupported',
    l10n`This model pools its states in a way that is not known.`,
    {
      place: { file },
      hint: l10n`Models that pool by the mean or the first token can be tuned.`,
    },
  );
}
