import { readFileSync } from 'node:fs';

const special = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: true,
  normalized: false,
  special: true,
});
const ids = (words: string[]) => Object.fromEntries(words.map((word, id) => [word, id]));
const around = {
  type: 'TemplateProcessing',
  single: [
    { SpecialToken: { id: '<s>', type_id: 0 } },
    { Sequence: { id: 'A', type_id: 0 } },
    { SpecialToken: { id: '</s>', type_id: 0 } },
  ],
  special_tokens: { '<s>': { id: '<s>', ids: [1] }, '</s>': { id: '</s>', ids: [2] } },
};
const charsmap = new URL('../oracle/fixtures/models/charsmap.json', import.meta.url);

/** Small tokenizer.json files of every kind, to be damaged. */
export const TOKENIZER_SEEDS: readonly object[] = [
  {
    added_tokens: [special(0, '<unk>'), special(1, '<s>'), special(2, '</s>')],
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        {
          type: 'Split',
          pattern: { Regex: "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|\\s+(?!\\S)|\\s+" },
          behavior: 'Isolated',
          invert: false,
        },
        { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
      ],
    },
    post_processor: around,
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: ids(['<unk>', '<s>', '</s>', 'T', 'h', 'e', 'Ġ', 'Th', 'The', 'Ġt']),
      merges: [['T', 'h'], 'Th e'],
      ignore_merges: true,
    },
  },
  {
    added_tokens: [special(0, '<unk>'), special(2, '</s>')],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<unk>', 0] },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
      vocab: ids(['<unk>', '<0x0A>', '</s>', '▁', 't', 'e', '▁t', 'te']),
      merges: ['▁ t', 't e'],
    },
  },
  {
    added_tokens: [special(2, '[UNK]'), special(0, '[CLS]'), special(1, '[SEP]')],
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'BertProcessing', sep: ['[SEP]', 1], cls: ['[CLS]', 0] },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: ids(['[CLS]', '[SEP]', '[UNK]', 'the', '##xt', 'te', '.']),
    },
  },
  {
    added_tokens: [special(0, '<unk>'), special(2, '</s>')],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        {
          type: 'Precompiled',
          precompiled_charsmap: JSON.parse(readFileSync(charsmap, 'utf8')) as string,
        },
        { type: 'StripAccents' },
        { type: 'Strip', strip_left: true, strip_right: true },
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
      ],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    post_processor: around,
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
    model: {
      type: 'Unigram',
      unk_id: 0,
      byte_fallback: false,
      vocab: [
        ['<unk>', 0],
        ['▁', -2],
        ['</s>', 0],
        ['▁the', -3.5],
        ['te', -4],
      ],
    },
  },
];
