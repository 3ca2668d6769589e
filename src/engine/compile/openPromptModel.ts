import { availableParallelism } from 'node:os';
import type { Precision } from '../../protocol/precision';
import type { Checkpoint } from '../models/checkpoint';
import { checkModelFits } from '../models/sizeCheck';
import { CompiledFolder } from './compiledFolder';
import { FORMS } from './forms';
import { OnnxPromptModel } from './onnxPromptModel';
import type { PromptModel } from './promptModel';

/**
 * Fewer stages are a little faster (each session start costs some milliseconds), more answer a pause sooner and need less
 * memory for intermediate values. On SmolLM2-135M: two stages of some 200 ms.
 */
export const LAYERS_PER_STAGE = 15;

/**
 * Compiles a checkpoint for prompt tuning, or opens what was compiled before. Throws out-of-memory and disk-full where the model does
 * not fit.
 */
export async function openPromptModel(
  checkpoint: Checkpoint,
  options: {
    cacheFolder: string;
    threads?: number;
    /** float32 unless told. */
    precision?: Precision;
    layersPerStage?: number;
    /** Bytes of contexts kept in memory; see ContextStore. */
    contextBytes?: number;
    /** Bytes of weights written, the first time a model is opened. */
    onProgress?: (done: number, total: number) => void;
  },
): Promise<PromptModel> {
  const { precision = 'float32' } = options;
  checkModelFits(checkpoint, precision);
  const form = FORMS[precision](checkpoint);
  const folder = await CompiledFolder.open(checkpoint, form, options);
  return new OnnxPromptModel(form.model, folder, {
    rewrite: form.rewrite,
    cacheFolder: options.cacheFolder,
    contextBytes: options.contextBytes,
    threads: options.threads ?? availableParallelism(),
    layersPerStage: options.layersPerStage ?? LAYERS_PER_STAGE,
  });
}
