import { join } from 'node:path';
import { z } from 'zod';
import type { ModelKind } from './checkpoint';
import { createTokenizer, type TokenizerDescription } from './createTokenizer';
import { invalidJson, readJson } from './modelJson';
import { type Markers, markersOf } from './postProcessor';
import type { Tokenizer } from './tokenizer';

const TOKENIZER = 'tokenizer.json';
const SETTINGS = 'tokenizer_config.json';
const CONFIG = 'config.json';

const part = z.looseObject({ type: z.string() });
const descriptionSchema = z.object({
  added_tokens: z
    .array(z.looseObject({ id: z.int().min(0), content: z.string().min(1), special: z.boolean().optional() }))
    .default([]),
  normalizer: part.nullish().transform((value) => value ?? null),
  pre_tokenizer: part.nullish().transform((value) => value ?? null),
  post_processor: part.nullish().transform((value) => value ?? null),
  decoder: part.nullish().transform((value) => value ?? null),
  model: z.looseObject({
    vocab: z.union([z.record(z.string(), z.int()), z.array(z.unknown())]),
    unk_token: z.string().nullish(),
  }),
});

/** Special tokens are written as text, or as an object with the text in it. */
const marker = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
  .nullish();
const settingsSchema = z.object({
  eos_token: marker,
  sep_token: marker,
  mask_token: marker,
  pad_token: marker,
  chat_template: z.unknown().optional(),
});
const configSchema = z.object({ eos_token_id: z.union([z.int(), z.array(z.int()).min(1)]).nullish() });

/**
 * The tokenizer of a model folder: tokenizer.json, its markers from tokenizer_config.json, else config.json.
 * A decoder's prompt stays open, whatever marker the files would put after a text.
 */
export async function tokenizerFromFolder(folder: string, kind: ModelKind = 'decoder'): Promise<Tokenizer> {
  const file = join(folder, TOKENIZER);
  const description: TokenizerDescription = parse(descriptionSchema, await readJson(file), file);
  const settingsFile = join(folder, SETTINGS);
  const settings = parse(settingsSchema, await readJson(settingsFile, {}), settingsFile);
  const configFile = join(folder, CONFIG);
  const config = parse(configSchema, await readJson(configFile, {}), configFile);

  const ids = new Map(description.added_tokens.map(({ content, id }) => [content, id]));
  const vocabulary = (description.model as { vocab: Record<string, number> }).vocab;
  const idOf = (text: string | null | undefined) => {
    if (!text) return undefined;
    return ids.get(text) ?? (Object.hasOwn(vocabulary, text) ? vocabulary[text] : undefined);
  };
  const { before, after } = markersFrom(description.post_processor, file);
  const endOfText =
    idOf(settings.eos_token) ?? [config.eos_token_id].flat()[0] ?? idOf(settings.sep_token) ?? after[0];
  if (typeof endOfText !== 'number') {
    throw invalidJson(settingsFile, 'it names no eos_token that the tokenizer knows');
  }
  return createTokenizer(description, {
    endOfText,
    before,
    after: kind === 'decoder' ? [] : after,
    mask: idOf(settings.mask_token),
    pad: idOf(settings.pad_token),
    chatTemplate: typeof settings.chat_template === 'string' ? settings.chat_template : undefined,
  });
}

function markersFrom(postProcessor: object | null, file: string): Markers {
  try {
    return markersOf(postProcessor);
  } catch (error) {
    throw invalidJson(
      file,
      `its post_processor is of no known form:\n${z.prettifyError(error as z.ZodError)}`,
    );
  }
}

function parse<T>(schema: z.ZodType<T>, json: unknown, file: string): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw invalidJson(file, z.prettifyError(parsed.error));
  return parsed.data;
}
