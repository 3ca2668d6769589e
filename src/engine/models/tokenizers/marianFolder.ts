import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { invalidJson, readJson } from '../modelJson';
import type { Tokenizer } from '../tokenizer';
import { marianParts } from './marian';
import { MAX_TOKEN_ID } from './model';
import { describedIn } from './parts';
import { assembleTokenizer } from './pipeline';
import { SENTENCEPIECE_LIMITS } from './sentencePieceFile';

// Marian's translation models come without tokenizer.json: a SentencePiece model for each language, and vocab.json.

const SOURCE = 'source.spm';
const TARGET = 'target.spm';
const VOCABULARY = 'vocab.json';
const SETTINGS = 'tokenizer_config.json';

const vocabularySchema = z.record(z.string(), z.int().min(0).max(MAX_TOKEN_ID));
const settingsSchema = z.looseObject({
  unk_token: z.string().default('<unk>'),
  eos_token: z.string().default('</s>'),
  pad_token: z.string().default('<pad>'),
  separate_vocabs: z.boolean().default(false),
});

export function isMarianFolder(folder: string): boolean {
  return !existsSync(join(folder, 'tokenizer.json')) && existsSync(join(folder, SOURCE));
}

/** Reads what Marian's own tokenizer reads. Throws SoftpromptError with the file. */
export async function marianFromFolder(folder: string): Promise<Tokenizer> {
  const settings = parse(settingsSchema, await readJson(join(folder, SETTINGS), {}), join(folder, SETTINGS));
  if (settings.separate_vocabs) {
    throw new SoftpromptError(
      'model-unsupported',
      l10n`The two languages of the model have a vocabulary each.`,
      {
        place: { file: join(folder, SETTINGS) },
        hint: l10n`Use a model whose languages share one vocabulary: most do.`,
      },
    );
  }
  const vocabularyFile = join(folder, VOCABULARY);
  const table = parse(vocabularySchema, await readJson(vocabularyFile), vocabularyFile);
  const ids = new Map(Object.entries(table));
  const { unk_token, eos_token, pad_token } = settings;
  const endOfText = ids.get(eos_token);
  if (endOfText === undefined) throw invalidJson(vocabularyFile, l10n`it has no ${eos_token}`);

  const oneLanguage = async (name: string) => {
    const file = join(folder, name);
    const model = await readModel(file);
    const parts = describedIn(file, () =>
      marianParts(model, ids, [unk_token, eos_token, pad_token], unk_token),
    );
    return assembleTokenizer(parts, {
      kind: 'encoder-decoder',
      endOfText,
      before: [],
      after: [endOfText],
      pad: ids.get(pad_token),
    });
  };
  const source = await oneLanguage(SOURCE);
  const target = await oneLanguage(TARGET);
  return { ...source, encodeAnswer: target.encode };
}

async function readModel(file: string): Promise<Uint8Array> {
  const size = await stat(file).then(
    (found) => found.size,
    (cause: unknown) => {
      throw new SoftpromptError('model-missing', l10n`The model folder has no ${basename(file)}.`, {
        place: { file },
        cause,
      });
    },
  );
  if (size > SENTENCEPIECE_LIMITS.bytes) {
    throw invalidJson(file, l10n`it has ${size} bytes, more than ${SENTENCEPIECE_LIMITS.bytes}`);
  }
  return readFile(file);
}

function parse<T>(schema: z.ZodType<T>, json: unknown, file: string): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw invalidJson(file, z.prettifyError(parsed.error));
  return parsed.data;
}
