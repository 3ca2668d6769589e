import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { RunRecord } from '../../protocol/runs';
import { readPeftAdapter } from '../adapters/peft';
import { joinParameters } from '../compile/classHead';
import { openPromptModel } from '../compile/openPromptModel';
import type { PromptModel } from '../compile/promptModel';
import { openCheckpoint } from '../models/openCheckpoint';
import { resolveModel } from '../models/resolveModel';
import type { Tokenizer } from '../models/tokenizer';
import { runFiles } from '../runs/runFolder';
import { readRecord } from '../runs/runRecord';

export interface EngineOptions {
  cacheFolder: string;
  threads?: number;
}

/** A run's best prompt with its model, ready to be asked. */
export interface OpenRun {
  record: RunRecord;
  model: PromptModel;
  tokenizer: Tokenizer;
  /** All that was tuned; see PromptModel.gradient. */
  prompt: Float32Array;
  close(): Promise<void>;
}

/** Opens the adapter of a run and the base model it was made for. Throws SoftpromptError: `run-invalid`, `model-…`. */
export async function openRun(folder: string, options: EngineOptions): Promise<OpenRun> {
  const record = await readRecord(folder);
  if (!existsSync(runFiles(folder).adapter)) {
    throw new SoftpromptError('run-invalid', l10n`This run has no prompt yet.`, {
      place: { file: folder },
      hint: l10n`A prompt is kept from the first look at the validation rows on. Wait for it, or resume the run.`,
    });
  }
  const adapter = await readPeftAdapter(runFiles(folder).adapter, record.model);
  const { head } = adapter;
  const prompt = head ? joinParameters(adapter.prompt, head) : adapter.prompt;
  const { placement } = record.task.method;
  if (adapter.placement !== placement) {
    throw new SoftpromptError(
      'run-invalid',
      placement === 'before'
        ? l10n`The adapter's virtual tokens stand after the text, the run's before it.`
        : l10n`The adapter's virtual tokens stand before the text, the run's after it.`,
      {
        place: { file: runFiles(folder).adapter },
        hint: l10n`It is another run’s, or its softprompt.json is missing.`,
      },
    );
  }
  const { tuned } = record.model;
  if (tuned !== undefined && prompt.length !== tuned) {
    throw new SoftpromptError(
      'run-invalid',
      l10n`The adapter has ${prompt.length} values, but ${tuned} were tuned with its class head.`,
      { place: { file: runFiles(folder).adapter }, hint: l10n`It is another run’s, or its head is missing.` },
    );
  }
  const path = await resolveModel(record.task.model, {
    taskFolder: dirname(record.task.file),
    cacheFolder: options.cacheFolder,
  });
  const checkpoint = await openCheckpoint(path);
  try {
    if (checkpoint.fingerprint !== record.model.hash) {
      throw new SoftpromptError('model-invalid', l10n`This is not the model that the run was made with.`, {
        place: { file: path },
        hint: l10n`The file has changed since. A soft prompt belongs to its base model: put that back, or tune again.`,
      });
    }
    const tokenizer = await checkpoint.tokenizer();
    const model = await openPromptModel(checkpoint, { ...options, precision: record.device.precision });
    const close = async () => {
      await model.close();
      await checkpoint.close();
    };
    return { record, model, tokenizer, prompt, close };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}
