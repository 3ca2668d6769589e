import { availableParallelism } from 'node:os';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { Precision } from '../../protocol/precision';
import type { Checkpoint } from '../models/checkpoint';
import { checkModelFits } from '../models/sizeCheck';
import { Session } from '../runtime/session';
import { CompiledFolder } from './compiledFolder';
import { FORMS } from './forms';
import { OnnxPromptModel } from './onnxPromptModel';
import type { PromptModel } from './promptModel';
import { productsAreExact } from './quantise/exactProducts';

/**
 * Fewer stages are a little faster (each session start costs some milliseconds), more answer a pause sooner and need less
 * memory for intermediate values. On SmolLM2-135M: two stages of 100 to 200 ms.
 */
export const LAYERS_PER_STAGE = 15;

/**
 * Compiles a checkpoint for prompt tuning, or opens what was compiled before. Throws out-of-memory and disk-full where the model does
 * not fit, and model-unsupported where this processor cannot compute in int8.
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
  const threads = options.threads ?? availableParallelism();
  if (precision === 'int8') await checkProducts(folder, threads);
  return new OnnxPromptModel(form.model, folder, {
    rewrite: form.rewrite,
    cacheFolder: options.cacheFolder,
    contextBytes: options.contextBytes,
    threads,
    layersPerStage: options.layersPerStage ?? LAYERS_PER_STAGE,
  });
}

async function checkProducts(folder: CompiledFolder, threads: number): Promise<void> {
  let session: Session | undefined;
  try {
    const exact = await productsAreExact({
      other: async (_, make) => {
        session = await Session.open(await folder.write(make()), { threads });
        return session;
      },
    });
    if (exact) return;
  } finally {
    await session?.close();
  }
  throw new SoftpromptError(
    'model-unsupported',
    l10n`This processor cannot compute in int8: it adds products of 8 bits up in 16, and cuts off what does not fit.`,
    { hint: l10n`Set training.precision to "float32" in the task file, or leave it out.` },
  );
}
