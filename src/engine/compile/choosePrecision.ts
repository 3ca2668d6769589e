import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { version } from '../../../package.json';
import { SoftpromptError } from '../../protocol/errors';
import { decimal, l10n } from '../../protocol/l10n';
import type { Precision, PrecisionWish } from '../../protocol/precision';
import { replaceFile } from '../durableFile';
import type { Checkpoint } from '../models/checkpoint';
import { memoryShortage } from '../models/sizeCheck';
import { measureInt8 } from './measureInt8';
import type { Breathe } from './promptModel';

/** Below so many parameters a step's time goes to anything but products of matrices. */
const SMALL = 20e6;

/** The rounding costs some accuracy of the gradient: it has to be worth it. */
const WORTHWHILE = 1.2;

/** Raised when the measurement changes. */
const MEASUREMENT = 2;

export interface PrecisionChoice {
  precision: Precision;
  /** To be read behind "int8:" or "float32:". */
  reason: string;
  /** How many times as fast as float32 a layer is in int8 here, where that was measured. */
  int8Speed?: number;
}

const keptSchema = z.object({ int8Speed: z.number().positive() });

/**
 * The precision that a task asks for, or where it asks for `auto`, int8 if that is safe and pays on this machine. Measures at most
 * once for each model, processor and number of threads; the answer is kept in the cache folder.
 */
export async function choosePrecision(
  checkpoint: Checkpoint,
  wish: PrecisionWish,
  options: { cacheFolder: string; threads?: number; breathe: Breathe },
  measure = measureInt8,
): Promise<PrecisionChoice> {
  if (wish !== 'auto') return { precision: wish, reason: l10n`as asked for` };
  if (checkpoint.parameters < SMALL) {
    return {
      precision: 'float32',
      reason: l10n`int8 gains nothing in models below ${SMALL / 1e6} million parameters`,
    };
  }
  if (!checkpoint.model.turned) {
    return {
      precision: 'float32',
      reason: l10n`int8 is proven only for decoders built like Llama, from safetensors or GGUF files`,
    };
  }
  const { parameters } = checkpoint;
  if (memoryShortage(parameters, 'float32') && !memoryShortage(parameters, 'int8')) {
    return { precision: 'int8', reason: l10n`float32 does not fit into the memory` };
  }
  const threads = options.threads ?? availableParallelism();
  const file = join(options.cacheFolder, 'precision', `${keyOf(checkpoint, threads)}.json`);
  let int8Speed = await readKept(file);
  if (int8Speed === undefined) {
    try {
      int8Speed = await measure(checkpoint, { threads, breathe: options.breathe });
    } catch (error) {
      if (error instanceof SoftpromptError && error.code === 'cancelled') throw error;
      const message = error instanceof Error ? error.message : String(error);
      return { precision: 'float32', reason: l10n`int8 could not be measured: ${message}` };
    }
    await keep(file, int8Speed);
  }
  const pays = int8Speed >= WORTHWHILE;
  const times = decimal(int8Speed, int8Speed < 1.3 ? 2 : 1);
  return {
    precision: pays ? 'int8' : 'float32',
    reason: pays
      ? l10n`${times} times as fast as float32 here`
      : l10n`int8 is ${times} times as fast here, which is not worth it`,
    int8Speed,
  };
}

function keyOf({ fingerprint }: Checkpoint, threads: number): string {
  const processor = cpus()[0]?.model.trim() ?? 'unknown';
  const key = [MEASUREMENT, version, fingerprint, processor, process.arch, threads];
  return createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 32);
}

async function readKept(file: string): Promise<number | undefined> {
  try {
    return keptSchema.parse(JSON.parse(await readFile(file, 'utf8'))).int8Speed;
  } catch {
    return undefined; // None yet, or damaged.
  }
}

/** Where it cannot be kept, it is measured again the next time. */
async function keep(file: string, int8Speed: number): Promise<void> {
  try {
    await mkdir(join(file, '..'), { recursive: true });
    await replaceFile(file, JSON.stringify({ int8Speed }));
  } catch {}
}
