import { GPT2_WORDS, type PreTokenizer } from '../tokenizers/preTokenizers';

// What llama.cpp's names for cuts into words (`tokenizer.ggml.pre`) stand for. Where llama.cpp itself uses an
// approximation, the pattern of the models' own tokenizer.json stands here.

export interface Cut {
  /** Patterns, applied one after another to what the ones before left in one piece. */
  words: readonly string[];
  /** A word that is in the vocabulary is taken whole, whatever the merge rules make of it. */
  wholeWordsFirst?: boolean;
  /** Begin-of-text is put first unless the file says otherwise. */
  begins?: boolean;
  /** Texts are brought into Unicode's composed form first, as these models' tokenizer.json says; GGUF does not. */
  composed?: boolean;
  /** A separator is put last unless the file says otherwise. */
  separates?: boolean;
}

const DIGIT = String.raw`\p{N}`;
const THREE_DIGITS = String.raw`\p{N}{1,3}`;
const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const LINES_AND_SPACES = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;

/** Words, numbers, punctuation with the line ends after it. */
function gpt4Words(numbers: string, { contractions = `${CONTRACTIONS}|` } = {}): string {
  return (
    contractions +
    String.raw`[^\r\n\p{L}\p{N}]?\p{L}+|${numbers}| ?[^\s\p{L}\p{N}]+[\r\n]*|` +
    LINES_AND_SPACES
  );
}

/** The same, with a cut before capital letters. */
function gpt4oWords(numbers: string, contractions: string): string {
  const upper = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
  const lower = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
  const before = String.raw`[^\r\n\p{L}\p{N}]?`;
  return (
    `${before}${upper}*${lower}+${contractions}|${before}${upper}+${lower}*${contractions}|${numbers}` +
    String.raw`| ?[^\s\p{L}\p{N}]+[\r\n/]*|` +
    LINES_AND_SPACES
  );
}

/** Letters of scripts that have capitals, as the models' files list them. */
const CASED_LETTERS = [
  String.raw`A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af`,
  String.raw`\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5`,
  String.raw`\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba`,
  String.raw`\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45`,
  String.raw`\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe`,
  String.raw`\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102`,
  String.raw`\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139`,
  String.raw`\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3`,
  String.raw`\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06`,
  String.raw`\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\x{10400}-\x{1044f}\x{104b0}-\x{104d3}\x{104d8}-\x{104fb}`,
  String.raw`\x{10c80}-\x{10cb2}\x{10cc0}-\x{10cf2}\x{118a0}-\x{118df}\x{1e900}-\x{1e943}`,
].join('');
const EAST_ASIAN = String.raw`[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+`;
const DEEPSEEK3_WORDS =
  String.raw`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_${'`'}{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+` +
  String.raw`| ?[\p{P}\p{S}]+[\r\n]*|` +
  LINES_AND_SPACES;
const BLOOM_WORDS = String.raw` ?[^(\s|.,!?…。，、।۔،)]+`;

const GPT2: Cut = { words: [GPT2_WORDS] };
const GPT2_DIGITS: Cut = { words: [DIGIT, GPT2_WORDS] };
const LLAMA3: Cut = { words: [gpt4Words(THREE_DIGITS)] };
const QWEN2: Cut = { words: [gpt4Words(DIGIT)], composed: true };
const GPT4O: Cut = { words: [gpt4oWords(THREE_DIGITS, `${CONTRACTIONS}?`)] };
const DEEPSEEK3: Cut = {
  words: [THREE_DIGITS, String.raw`[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+`, DEEPSEEK3_WORDS],
};

const NAMES: readonly [Cut, string][] = [
  [
    { words: [String.raw`[\p{P}\$\+<=>\^~\|]+`, GPT2_WORDS, String.raw`\p{N}+`, '[0-9][0-9][0-9]'] },
    'default',
  ],
  [GPT2, 'gpt-2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum jais trillion exaone4'],
  [GPT2, 'granite-docling'],
  [{ ...GPT2, composed: true }, 'modern-bert mpt olmo'],
  [{ ...GPT2, separates: true }, 'jina-v1-en jina-v2-code roberta-bpe'],
  [GPT2_DIGITS, 'smollm starcoder refact codeshell exaone minerva-7b mellum2'],
  [{ ...GPT2_DIGITS, composed: true }, 'command-r'],
  [
    { ...LLAMA3, wholeWordsFirst: true, begins: true },
    'llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano',
  ],
  [LLAMA3, 'dbrx smaug-bpe glm4 chatglm-bpe'],
  [QWEN2, 'qwen2 deepseek-r1-qwen kormo f2llmv2 megrez'],
  [{ words: [gpt4Words(DIGIT)] }, 'stablelm2 hunyuan solar-open grok-2'],
  [{ words: [gpt4Words(DIGIT, { contractions: '' })] }, 'ufakzeka'],
  [GPT4O, 'gpt-4o llama4 kanana2 talkie minimax-m2'],
  [{ ...GPT4O, wholeWordsFirst: true }, 'granite-embed-multi-97m'],
  [{ words: [gpt4oWords(DIGIT, '')], wholeWordsFirst: true, begins: true }, 'tekken'],
  [{ words: [String.raw`[\p{P}\$\+<=>\^~\|${'`'}]+`, GPT2_WORDS, '[0-9][0-9][0-9]'] }, 'falcon'],
  [
    {
      words: [
        String.raw`[\r\n]`,
        String.raw`\s?[${CASED_LETTERS}]+`,
        String.raw`\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+`,
        String.raw`\s+$`,
        EAST_ASIAN,
        DIGIT,
      ],
    },
    'deepseek-llm',
  ],
  [
    { words: [String.raw`[\r\n]`, String.raw`\s?\p{L}+`, String.raw`\s?\p{P}+`, EAST_ASIAN, DIGIT] },
    'deepseek-coder',
  ],
  [DEEPSEEK3, 'deepseek-v3 hunyuan-dense joyai-llm hy_v4'],
  [{ words: [BLOOM_WORDS] }, 'bloom gpt3-finnish poro-chat'],
  [{ words: [BLOOM_WORDS, DIGIT] }, 'viking'],
];

const CUTS: ReadonlyMap<string, Cut> = new Map(
  NAMES.flatMap(([cut, names]) => names.split(' ').map((name): [string, Cut] => [name, cut])),
);

export function cutNamed(name: string): Cut | undefined {
  return CUTS.get(name);
}

export function cutNames(): string[] {
  return [...CUTS.keys()];
}

export function wordSteps(cut: Cut): PreTokenizer[] {
  return cut.words.map((regex) => ({
    type: 'Split',
    pattern: { Regex: regex },
    behavior: 'Isolated',
    invert: false,
  }));
}
