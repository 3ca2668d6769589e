import * as z from 'zod';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { ModelKind } from '../../../protocol/models';
import type { Tokenizer } from '../tokenizer';
import { bytePairsByRules } from '../tokenizers/bpe';
import { textOfBytes } from '../tokenizers/byteLevel';
import type { ChatDescription } from '../tokenizers/chatDescription';
import { decoder } from '../tokenizers/decoders';
import { describedIn } from '../tokenizers/parts';
import { assembleTokenizer, type TokenizerParts } from '../tokenizers/pipeline';
import { cutter } from '../tokenizers/preTokenizers';
import { type Cut, cutNamed, cutNames, wordSteps } from './cuts';
import type { GgufValue } from './header';
import { ggufScoredPairs, ggufUnigrams, type SentencePieceSettings } from './sentencePiece';
import { type GgufVocabulary, ggufAddedTokens, idsByToken } from './vocabulary';
import { ggufWordPieces } from './wordPiece';

const id = z.int().min(0);
const metadataSchema = z.object({
  'general.architecture': z.string().optional(),
  'tokenizer.ggml.model': z.string(),
  'tokenizer.ggml.pre': z.string().default('default'),
  'tokenizer.ggml.tokens': z.array(z.string()).min(1),
  'tokenizer.ggml.token_type': z.array(z.int()).default([]),
  'tokenizer.ggml.scores': z.array(z.number()).default([]),
  'tokenizer.ggml.merges': z.array(z.string()).default([]),
  'tokenizer.ggml.precompiled_charsmap': z.array(z.int()).default([]),
  'tokenizer.ggml.add_space_prefix': z.boolean().optional(),
  'tokenizer.ggml.remove_extra_whitespaces': z.boolean().optional(),
  'tokenizer.ggml.normalizer.lowercase': z.boolean().optional(),
  'tokenizer.ggml.normalizer.strip_accents': z.boolean().optional(),
  'tokenizer.ggml.bos_token_id': id.optional(),
  'tokenizer.ggml.eos_token_id': id.optional(),
  'tokenizer.ggml.unknown_token_id': id.optional(),
  // llama.cpp's own spelling.
  'tokenizer.ggml.seperator_token_id': id.optional(),
  'tokenizer.ggml.cls_token_id': id.optional(),
  'tokenizer.ggml.mask_token_id': id.optional(),
  'tokenizer.ggml.padding_token_id': id.optional(),
  'tokenizer.ggml.add_bos_token': z.boolean().optional(),
  'tokenizer.ggml.add_eos_token': z.boolean().optional(),
  'tokenizer.ggml.add_sep_token': z.boolean().optional(),
  'tokenizer.chat_template': z.string().optional(),
});
type Metadata = z.infer<typeof metadataSchema>;

interface Kind {
  parts(vocabulary: GgufVocabulary, settings: Metadata, file: string): TokenizerParts;
  /** Markers that are put around a text unless the file says otherwise. */
  begins?: boolean;
  ends?: boolean;
  separates?: boolean;
}

/** llama.cpp's names for kinds of tokenizers, `tokenizer.ggml.model`. One line a kind. */
const KINDS: Readonly<Record<string, Kind>> = {
  gpt2: { parts: byteLevelParts },
  llama: {
    parts: (vocabulary, settings) => ggufScoredPairs(vocabulary, sentencePieceSettings(settings, true)),
    begins: true,
  },
  t5: {
    parts: (vocabulary, settings) => ggufUnigrams(vocabulary, sentencePieceSettings(settings, false)),
    ends: true,
  },
  bert: {
    parts: (vocabulary, settings) =>
      ggufWordPieces(vocabulary, {
        unknown: settings['tokenizer.ggml.unknown_token_id'] ?? vocabulary.tokens.indexOf('[UNK]'),
        lowercase: settings['tokenizer.ggml.normalizer.lowercase'],
        stripAccents: settings['tokenizer.ggml.normalizer.strip_accents'],
      }),
    begins: true,
    separates: true,
  },
};

/** The tokenizer that a GGUF file describes in its metadata. A decoder's prompt stays open: nothing is put after it. */
export function tokenizerFromGguf(
  metadata: ReadonlyMap<string, GgufValue>,
  file: string,
  model: ModelKind = 'decoder',
): Tokenizer {
  const parsed = metadataSchema.safeParse(Object.fromEntries(metadata));
  if (!parsed.success) {
    throw new SoftpromptError(
      'model-invalid',
      l10n`The GGUF file's tokenizer is wrong:\n${z.prettifyError(parsed.error)}`,
      { place: { file }, hint: l10n`Convert the model again with a current llama.cpp.` },
    );
  }
  const settings = parsed.data;
  const name = settings['tokenizer.ggml.model'];
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (!kind) {
    throw unsupported(file, l10n`of the kind ${name}`, l10n`Known kinds: ${Object.keys(KINDS).join(', ')}.`);
  }
  const vocabulary: GgufVocabulary = {
    tokens: settings['tokenizer.ggml.tokens'],
    types: settings['tokenizer.ggml.token_type'],
    scores: settings['tokenizer.ggml.scores'],
  };
  checkVocabulary(vocabulary, settings, file);
  const parts = describedIn(file, () => kind.parts(vocabulary, settings, file));
  const cut = name === 'gpt2' ? cutNamed(settings['tokenizer.ggml.pre']) : undefined;
  return assembleTokenizer(parts, { kind: model, ...markers(settings, kind, cut, model, file) });
}

function markers(settings: Metadata, kind: Kind, cut: Cut | undefined, model: ModelKind, file: string) {
  // Files of BERT models often leave the ids out: they are known by name.
  const named = (token: string) => {
    const index = settings['tokenizer.ggml.tokens'].indexOf(token);
    return kind.separates && index >= 0 ? index : undefined;
  };
  const begin =
    settings['tokenizer.ggml.bos_token_id'] ?? settings['tokenizer.ggml.cls_token_id'] ?? named('[CLS]');
  const separator = settings['tokenizer.ggml.seperator_token_id'] ?? named('[SEP]');
  const endOfText = settings['tokenizer.ggml.eos_token_id'] ?? separator;
  if (endOfText === undefined) {
    throw new SoftpromptError('model-invalid', l10n`The GGUF file names no token that ends a text.`, {
      place: { file },
      hint: l10n`Convert the model again with a current llama.cpp.`,
    });
  }
  const addBegin = settings['tokenizer.ggml.add_bos_token'] ?? cut?.begins ?? kind.begins;
  const addEnd = settings['tokenizer.ggml.add_eos_token'] ?? kind.ends;
  const addSeparator = settings['tokenizer.ggml.add_sep_token'] ?? cut?.separates ?? kind.separates;
  const after = [addEnd ? endOfText : undefined, addSeparator ? separator : undefined];
  return {
    endOfText,
    before: addBegin && begin !== undefined ? [begin] : [],
    after: model === 'decoder' ? [] : [...new Set(after.filter((marker) => marker !== undefined))],
    mask: settings['tokenizer.ggml.mask_token_id'] ?? named('[MASK]'),
    pad: settings['tokenizer.ggml.padding_token_id'] ?? named('[PAD]'),
    chat: chatOf(settings),
  };
}

/** Names that chat templates have for markers → their ids in the metadata. */
const MARKER_NAMES = {
  bos_token: 'tokenizer.ggml.bos_token_id',
  eos_token: 'tokenizer.ggml.eos_token_id',
  unk_token: 'tokenizer.ggml.unknown_token_id',
  pad_token: 'tokenizer.ggml.padding_token_id',
} as const;

function chatOf(settings: Metadata): ChatDescription | undefined {
  const template = settings['tokenizer.chat_template'];
  if (!template) return undefined;
  const tokens = settings['tokenizer.ggml.tokens'];
  const texts = Object.entries(MARKER_NAMES).map(([name, key]) => [name, tokens[settings[key] ?? -1]]);
  return { template, markers: Object.fromEntries(texts.filter(([, text]) => text)) };
}

function checkVocabulary({ tokens, types, scores }: GgufVocabulary, settings: Metadata, file: string): void {
  const problem = (message: string) =>
    new SoftpromptError('model-invalid', l10n`The GGUF file's tokenizer is wrong: ${message}.`, {
      place: { file },
      hint: l10n`Convert the model again with a current llama.cpp.`,
    });
  for (const [key, list] of [
    ['token_type', types],
    ['scores', scores],
  ] as const) {
    if (list.length > 0 && list.length < tokens.length) {
      throw problem(
        l10n`it has ${tokens.length} tokens, but tokenizer.ggml.${key} has ${list.length} entries`,
      );
    }
  }
  for (const [key, value] of Object.entries(settings)) {
    if (!key.endsWith('_token_id') || typeof value !== 'number' || value < tokens.length) continue;
    throw problem(l10n`${key} is ${value}, and there are ${tokens.length} tokens`);
  }
}

/** Byte-level byte-pair encoding. */
function byteLevelParts(vocabulary: GgufVocabulary, settings: Metadata, file: string): TokenizerParts {
  const name = settings['tokenizer.ggml.pre'];
  const cut = cutNamed(name);
  if (!cut) {
    throw unsupported(
      file,
      l10n`that cuts words as ${name} does`,
      l10n`Known cuts: ${cutNames().join(', ')}. Or use the model as a folder of safetensors files with its tokenizer.json.`,
    );
  }
  // GPT-NeoX models come with GPT-2's cut, and are the only ones of that cut that compose.
  const composed = cut.composed || settings['general.architecture'] === 'gptneox';
  const ids = idsByToken(vocabulary);
  const bytes = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
  return {
    added: ggufAddedTokens(vocabulary),
    normalise: composed ? (text) => text.normalize('NFC') : (text) => text,
    cut: cutter({ type: 'Sequence', pretokenizers: [...wordSteps(cut), bytes] }),
    vocabulary: ids,
    encodeWord: bytePairsByRules(
      { merges: settings['tokenizer.ggml.merges'], ignore_merges: cut.wholeWordsFirst ?? false },
      ids,
    ),
    decode: decoder(bytes),
    show: textOfBytes,
  };
}

function sentencePieceSettings(settings: Metadata, pairs: boolean): SentencePieceSettings {
  return {
    unknown: settings['tokenizer.ggml.unknown_token_id'],
    spacePrefix: settings['tokenizer.ggml.add_space_prefix'] ?? pairs,
    removeExtraSpaces: settings['tokenizer.ggml.remove_extra_whitespaces'] ?? false,
    characterMap: Uint8Array.from(settings['tokenizer.ggml.precompiled_charsmap']),
  };
}

function unsupported(file: string, what: string, hint: string): SoftpromptError {
  return new SoftpromptError(
    'model-unsupported',
    l10n`The GGUF file has a tokenizer ${what}, which Softprompt does not read yet.`,
    { place: { file }, hint },
  );
}
