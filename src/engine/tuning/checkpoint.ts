import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { namingFullDisk, syncFolder, writeDurably } from '../durableFile';
import { openSafetensors } from '../safetensors';
import { encodeSafetensors, type TensorToWrite } from '../safetensorsWriter';
import type { TrainingState } from './trainingState';

const STATE_FILE = 'state.json';
const TENSORS_FILE = 'tensors.safetensors';

const count = z.int().min(0);
const stateSchema = z.object({
  version: z.literal(1),
  /** sha256 of the tensors' file: the two belong together. */
  tensors: z.string(),
  step: count,
  optimiserStep: count,
  order: z.object({ epoch: count, position: count }),
  best: z.object({ step: count, score: z.number(), loss: z.number() }).optional(),
  validatedAt: z.int().min(-1),
  withoutBetter: count,
  seconds: z.object({ training: z.number(), evaluation: z.number() }),
  metricsBytes: count,
});

export interface Checkpoint {
  state: TrainingState;
  /** Length of metrics.jsonl at that moment: what stands after it belongs to steps that will be made again. */
  metricsBytes: number;
}

/**
 * Writes a checkpoint so that at every moment, power cuts included, a whole one is on the disk: the new one goes to
 * `FOLDER.new`, is synced, and takes the old one's place.
 */
export async function writeCheckpoint(folder: string, { state, metricsBytes }: Checkpoint): Promise<void> {
  const draft = `${folder}.new`;
  const old = `${folder}.old`;
  const tensors = encodeSafetensors(tensorsOf(state));
  const { step, order, best, validatedAt, withoutBetter, seconds, optimiser } = state;
  const json: z.input<typeof stateSchema> = {
    version: 1,
    tensors: sha256(tensors),
    step,
    optimiserStep: optimiser.step,
    order,
    best: best && { step: best.step, score: best.score, loss: best.loss },
    validatedAt,
    withoutBetter,
    seconds,
    metricsBytes,
  };
  await namingFullDisk(draft, async () => {
    // Left by a kill between the two renames below: it is the only whole one, and takes its place first.
    if (!(await readWhole(folder)) && (await readWhole(draft))) await replaceFolder(draft, folder, old);
    await rm(draft, { recursive: true, force: true });
    try {
      await mkdir(draft, { recursive: true });
      await writeDurably(join(draft, TENSORS_FILE), tensors);
      await writeDurably(join(draft, STATE_FILE), `${JSON.stringify(json, null, 2)}\n`);
      await syncFolder(draft);
    } catch (error) {
      // On a full disk, half a checkpoint would take the place that run.json needs to say so.
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
    await replaceFolder(draft, folder, old);
  });
}

async function replaceFolder(draft: string, folder: string, old: string): Promise<void> {
  await rm(old, { recursive: true, force: true });
  await rename(folder, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(draft, folder);
  await syncFolder(dirname(folder));
  await rm(old, { recursive: true, force: true });
}

/**
 * The last whole checkpoint, undefined when none was written yet. Throws SoftpromptError('run-invalid') when there is one
 * but nothing whole is left of it.
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const places = [folder, `${folder}.new`, `${folder}.old`];
  let found = false;
  for (const place of places) {
    const checkpoint = await readWhole(place);
    if (checkpoint) return checkpoint;
    // A draft that was never finished does not count.
    found ||= !place.endsWith('.new') && (await readFile(join(place, STATE_FILE)).catch(() => null)) !== null;
  }
  if (!found) return undefined;
  throw new SoftpromptError(
    'run-invalid',
    l10n`The checkpoint is damaged: its files do not belong together.`,
    {
      place: { file: join(folder, STATE_FILE) },
      hint: l10n`Start a new run of the task.`,
    },
  );
}

async function readWhole(folder: string): Promise<Checkpoint | undefined> {
  const file = join(folder, TENSORS_FILE);
  let json: z.output<typeof stateSchema>;
  try {
    json = stateSchema.parse(JSON.parse(await readFile(join(folder, STATE_FILE), 'utf8')));
    if (sha256(await readFile(file)) !== json.tensors) return undefined;
  } catch {
    return undefined;
  }
  const { tensors, close } = await openSafetensors(file);
  try {
    const read = async (name: string) => (await tensors.get(name)!.read()) as Float32Array<ArrayBuffer>;
    const { step, order, best, validatedAt, withoutBetter, seconds } = json;
    const optimiser = {
      step: json.optimiserStep,
      mean: await read('mean'),
      meanSquare: await read('meanSquare'),
    };
    return {
      state: {
        step,
        prompt: await read('prompt'),
        optimiser,
        order,
        best: best && { ...best, prompt: await read('bestPrompt') },
        validatedAt,
        withoutBetter,
        seconds,
      },
      metricsBytes: json.metricsBytes,
    };
  } finally {
    await close();
  }
}

function tensorsOf({ prompt, optimiser, best }: TrainingState): Record<string, TensorToWrite> {
  const flat = (data: Float32Array) => ({ shape: [data.length], data });
  return {
    prompt: flat(prompt),
    mean: flat(optimiser.mean),
    meanSquare: flat(optimiser.meanSquare),
    ...(best && { bestPrompt: flat(best.prompt) }),
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
