import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type ErrorReport, SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { PRECISIONS } from '../../protocol/precision';
import { LIVE_STATES, type RunRecord } from '../../protocol/runs';
import { replaceFile } from '../durableFile';
import { isRunning, thisProcess } from './processIdentity';
import { releaseOwn } from './runHold';

/** The smallest piece of a disk that file systems hand out, in bytes. */
const BLOCK = 4096;

/** What readers of run.json cannot do without; the rest is as this program wrote it. */
const recordSchema = z.looseObject({
  version: z.literal(1),
  id: z.string(),
  state: z.enum([
    'preparing',
    'training',
    'paused',
    'testing',
    'finished',
    'cancelled',
    'failed',
    'interrupted',
  ]),
  process: z.int().optional(),
  processStart: z.string().optional(),
  createdAt: z.string(),
  task: z.looseObject({ name: z.string(), file: z.string(), target: z.looseObject({ kind: z.string() }) }),
  model: z.looseObject({ name: z.string(), path: z.string(), hash: z.string(), hiddenSize: z.int() }),
  data: z.looseObject({ hashes: z.record(z.string(), z.string()) }),
  device: z.looseObject({ threads: z.int(), precision: z.enum(PRECISIONS).default('float32') }),
  steps: z.int(),
  results: z.looseObject({}),
});

/**
 * Reads run.json. A run that says it is live but whose process is gone reads as `interrupted`, and `process` is set for
 * live runs only. Throws SoftpromptError('run-invalid').
 */
export async function readRecord(folder: string): Promise<RunRecord> {
  const file = join(folder, 'run.json');
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing
      ? l10n`This is not the folder of a run: it has no run.json.`
      : l10n`run.json cannot be read.`;
    throw new SoftpromptError('run-invalid', message, { place: { file }, cause });
  }
  const parsed = recordSchema.safeParse(json);
  if (!parsed.success) {
    throw new SoftpromptError(
      'run-invalid',
      l10n`run.json is not a run's: ${z.prettifyError(parsed.error)}`,
      {
        place: { file },
        hint: l10n`It may be from another version of Softprompt.`,
      },
    );
  }
  const record = parsed.data as unknown as RunRecord;
  if (!LIVE_STATES.includes(record.state)) return withoutProcess(record);
  if (await isRunning(record.process, record.processStart)) return record;
  return { ...withoutProcess(record), state: 'interrupted' };
}

/** Writes run.json; whoever reads it sees the old one or the new one, whole. Live states are marked with this process. */
export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  const marked = LIVE_STATES.includes(record.state)
    ? { ...record, ...(await thisProcess()) }
    : withoutProcess(record);
  const file = join(folder, 'run.json');
  const text = Buffer.from(`${JSON.stringify(marked, null, 2)}\n`);
  try {
    await replaceFile(file, text);
  } catch (error) {
    // A run that fails for want of space should still be able to say so.
    if (
      !(error instanceof SoftpromptError && error.code === 'disk-full' && (await writeInPlace(file, text)))
    ) {
      throw error;
    }
  }
}

/** Overwrites a file if that takes no more room on the disk than it has; whether it was done. */
async function writeInPlace(file: string, bytes: Buffer): Promise<boolean> {
  const handle = await open(file, 'r+').catch(() => null);
  if (!handle) return false;
  try {
    const { size } = await handle.stat();
    if (Math.ceil(bytes.length / BLOCK) > Math.ceil(size / BLOCK)) return false;
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.truncate(bytes.length);
    return true;
  } finally {
    await handle.close();
  }
}

/** Writes the end of a run whose worker, a thread of this process, is gone and cannot do it itself. */
export async function failRun(folder: string, error: ErrorReport): Promise<void> {
  await releaseOwn(folder);
  const record = await readRecord(folder);
  if (!LIVE_STATES.includes(record.state) && record.state !== 'interrupted') return;
  await writeRecord(folder, { ...record, state: 'failed', error, endedAt: new Date().toISOString() });
}

function withoutProcess({ process: _, processStart: __, ...record }: RunRecord): RunRecord {
  return record;
}
