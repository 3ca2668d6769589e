import type { ModelSummary } from '../../../protocol/models';
import type { GgufHeader, GgufValue } from '../gguf';
import { ggufLlamaConfig } from '../ggufLlama';
import { parseConfig } from '../safetensorsFolder';

interface FileTensors {
  file: string;
  shapeOf(tensor: string): readonly number[] | undefined;
}

/** What kind of model a config.json describes. Throws SoftpromptError where opening the model would. */
export function kindOfConfig(
  json: unknown,
  _architecture: string,
  { file }: FileTensors,
): ModelSummary['kind'] {
  parseConfig(json, file);
  return 'decoder';
}

/** The same of GGUF metadata. */
export function kindOfGguf(
  metadata: ReadonlyMap<string, GgufValue>,
  _architecture: string,
  { file, shapeOf }: FileTensors,
): ModelSummary['kind'] {
  const table = { name: 'token_embd.weight', shape: [...(shapeOf('token_embd.weight') ?? [])] };
  ggufLlamaConfig({ metadata, tensors: [table] } as unknown as GgufHeader, file);
  return 'decoder';
}
