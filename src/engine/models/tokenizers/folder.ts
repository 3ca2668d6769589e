import { dirname, join } from 'node:path';
import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import type { ModelKind } from '../../../protocol/models';
import { invalidJson, readJson } from '../modelJson';
import type { Tokenizer } from '../tokenizer';
import { chatOfFolder } from './chatDescription';
import { isMarianFolder, marianFromFolder } from './marianFolder';
import { MAX_TOKEN_ID } from './model';
import { describedIn, tokenizerParts } from './parts';
import { assembleTokenizer } from './pipeline';
import { markersOf } from './postProcessor';

const TOKENIZER = 'tokenizer.json';
const SETTINGS = 'tokenizer_config.json';
const CONFIG = 'config.json';

const part = z
  .looseObject({ type: z.string() })
  .nullish()
  .transform((value) => value ?? null);
const descriptionSchema = z.object({
  added_tokens: z
    .array(
      z.object({
        id: z.int().min(0).max(MAX_TOKEN_ID),
        content: z.string().min(1),
        special: z.boolean().optional(),
        lstrip: z.boolean().optional(),
        rstrip: z.boolean().optional(),
        normalized: z.boolean().optional(),
        single_word: z.boolean().optional(),
      }),
    )
    .default([]),
  normalizer: part,
  pre_tokenizer: part,
  post_processor: part,
  decoder: part,
  model: z.looseObject({ type: z.string().optional() }),
});

/** Special tokens are written as text, or as an object with the text in it. */
const marker = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
  .nullish();
const settingsSchema = z.object({
  eos_token: marker,
  bos_token: marker,
  unk_token: marker,
  sep_token: marker,
  mask_token: marker,
  pad_token: marker,
  chat_template: z.unknown().optional(),
});
const configSchema = z.object({ eos_token_id: z.union([z.int(), z.array(z.int()).min(1)]).nullish() });

type Settings = z.infer<typeof settingsSchema>;

/**
 * The tokenizer of a model folder: tokenizer.json, its markers from tokenizer_config.json, else config.json.
 * A decoder's prompt stays open, whatever marker the files would put after a text.
 */
export async function tokenizerFromFolder(folder: string, kind: ModelKind = 'decoder'): Promise<Tokenizer> {
  if (isMarianFolder(folder)) return marianFromFolder(folder);
  const file = join(folder, TOKENIZER);
  const description = await readJson(file);
  const settingsFile = join(folder, SETTINGS);
  const settings = parse(settingsSchema, await readJson(settingsFile, {}), settingsFile);
  const { chat_template, ...named } = settings;
  const configFile = join(folder, CONFIG);
  const config = parse(configSchema, await readJson(configFile, {}), configFile);
  return tokenizerFromDescription(description, file, settings, {
    endOfText: [config.eos_token_id].flat()[0] ?? undefined,
    kind,
    chat: await chatOfFolder(folder, chat_template, named),
  });
}

/** What tokenizer.json says, with what the files beside it do. Throws SoftpromptError with the file. */
export function tokenizerFromDescription(
  json: unknown,
  file: string,
  settings: Omit<Settings, 'chat_template'>,
  model: { endOfText?: number; kind: ModelKind; chat?: Tokenizer['chat'] },
): Tokenizer {
  const description = parse(descriptionSchema, json, file);
  const parts = tokenizerParts(description, file);
  const { before, after } = describedIn(file, () => markersOf(description.post_processor));
  const added = new Map(description.added_tokens.map(({ content, id }) => [content, id]));
  const idOf = (text: string | null | undefined) =>
    text ? (added.get(text) ?? parts.vocabulary.get(text)) : undefined;
  const endOfText = idOf(settings.eos_token) ?? model.endOfText ?? idOf(settings.sep_token) ?? after[0];
  if (endOfText === undefined) {
    throw invalidJson(join(dirname(file), SETTINGS), l10n`it names no eos_token that the tokenizer knows`);
  }
  const known = new Set([...parts.vocabulary.values(), ...added.values()]);
  const unknown = [...before, ...after].find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw invalidJson(
      file,
      l10n`its post_processor puts a token ${unknown} around texts, which is not in its vocabulary`,
    );
  }
  return assembleTokenizer(parts, {
    kind: model.kind,
    endOfText,
    before,
    after: model.kind === 'decoder' ? [] : after,
    mask: idOf(settings.mask_token),
    pad: idOf(settings.pad_token),
    chat: model.chat,
  });
}

function parse<T>(schema: z.ZodType<T>, json: unknown, file: string): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw invalidJson(file, z.prettifyError(parsed.error));
  return parsed.data;
}
