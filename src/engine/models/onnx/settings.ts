import { join } from 'node:path';
import * as z from 'zod';
import { readJson } from '../modelJson';

const count = z.int().positive().optional().catch(undefined);
const token = z.int().min(0).optional().catch(undefined);
const name = z.string().optional().catch(undefined);

/** What a config.json beside the graph, or the builder's genai_config.json, may add to what the graph itself says. */
const configSchema = z.object({
  model_type: name,
  max_position_embeddings: count,
  n_positions: count,
  head_dim: count,
  decoder_start_token_id: token,
  pad_token_id: token,
});
const builderSchema = z.object({ model: z.object({ type: name, context_length: count }) });

export interface Settings {
  architecture?: string;
  contextLength?: number;
  headSize?: number;
  /** Token before an encoder-decoder's answer. */
  decoderStart?: number;
}

/** Reads what there is; nothing is required. */
export async function readSettings(folder: string): Promise<Settings> {
  const config = configSchema.safeParse(await readJson(join(folder, 'config.json'), {})).data;
  const builder = builderSchema.safeParse(await readJson(join(folder, 'genai_config.json'), {})).data?.model;
  return {
    architecture: config?.model_type ?? builder?.type,
    contextLength: config?.max_position_embeddings ?? config?.n_positions ?? builder?.context_length,
    headSize: config?.head_dim,
    decoderStart: config?.decoder_start_token_id ?? config?.pad_token_id,
  };
}
