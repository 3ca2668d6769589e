import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tokenizer as Runtime } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultCacheFolder } from '../../src/engine/models/cacheFolder';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { BYTE_OF_CHARACTER } from '../../src/engine/models/tokenizers/byteLevel';
import { tokenizerFromFolder } from '../../src/engine/models/tokenizers/folder';
import { tokenizerParts } from '../../src/engine/models/tokenizers/parts';
import { assembleTokenizer } from '../../src/engine/models/tokenizers/pipeline';
import { cutter } from '../../src/engine/models/tokenizers/preTokenizers';

const fixtures = fileURLToPath(new URL('../oracle/fixtures/', import.meta.url));

async function tokenizerOf(path: string): Promise<Tokenizer> {
  const checkpoint = await openCheckpoint(path);
  try {
    return await checkpoint.tokenizer();
  } finally {
    await checkpoint.close();
  }
}

function json<T>(file: string): T {
  return JSON.parse(readFileSync(join(fixtures, file), 'utf8')) as T;
}

describe('the tokenizer of a tiny model', () => {
  let fromFolder: Tokenizer;
  let fromGguf: Tokenizer;
  beforeAll(async () => {
    fromFolder = await tokenizerOf(join(fixtures, 'tiny-llama-gqa-tied'));
    fromGguf = await tokenizerOf(join(fixtures, 'tiny-llama-gguf/tiny-llama-f32.gguf'));
  });

  it('has the markers of its settings', () => {
    for (const tokenizer of [fromFolder, fromGguf]) {
      expect(tokenizer.vocabularySize).toBe(288);
      expect(tokenizer.endOfText).toBe(2);
      expect(tokenizer.before).toEqual([]);
      expect(tokenizer.after).toEqual([]);
    }
  });

  it('is the same from tokenizer.json and from GGUF metadata', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        expect(fromGguf.encode(text)).toEqual(fromFolder.encode(text));
      }),
      { numRuns: 500 },
    );
  });

  it('gives back every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        expect(fromFolder.decode(fromFolder.encode(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('encodes word by word as the whole text', () => {
    const description = json<{ model: object }>('tiny-llama-gqa-tied/tokenizer.json');
    const whole = new Runtime(description, {});
    const piece = fc.constantFrom(
      ' ',
      '  ',
      '\n',
      ' the',
      'The',
      " don't",
      "'s",
      '7',
      ' 42',
      '.',
      ' !',
      'ü',
      '<|im_end|>',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        expect(fromFolder.encode(text)).toEqual(whole.encode(text, { add_special_tokens: false }).ids);
      }),
      { numRuns: 1000 },
    );
  });

  it('knows its markers in a text, leaves them out of what it decodes, and shows words as people read them', () => {
    const ids = fromFolder.encode('the<|im_end|> text');
    expect(ids).toContain(2);
    expect(fromFolder.decode(ids)).toBe('the text');
    expect(fromFolder.decode([])).toBe('');
    expect(fromFolder.decode([100_000])).toBe('');
    expect(fromFolder.word(2)).toBe('<|im_end|>');
    expect(fromFolder.encode(' the').map((id) => fromFolder.word(id))).toEqual([' the']);
    expect(fromFolder.encode('ß').map((id) => fromFolder.word(id))).toEqual(['<0xC3>', '<0x9F>']);
    expect(fromFolder.word(100_000)).toBe('<100000>');
  });
});

describe('numerals beyond 0 to 9', () => {
  it('are cut one by one too', () => {
    const characters = [...BYTE_OF_CHARACTER.keys()];
    const words = [...characters, 'ĠÂ', '<end>'];
    const tokenizer = assembleTokenizer(
      tokenizerParts(
        {
          added_tokens: [],
          normalizer: null,
          pre_tokenizer: {
            type: 'Sequence',
            pretokenizers: [
              { type: 'Digits', individual_digits: true },
              { type: 'ByteLevel', add_prefix_space: false },
            ],
          },
          decoder: { type: 'ByteLevel' },
          model: {
            type: 'BPE',
            vocab: Object.fromEntries(words.map((word, id) => [word, id])),
            merges: [['Ġ', 'Â']],
          },
        },
        'tokenizer.json',
      ),
      { endOfText: words.length - 1, before: [], after: [] },
    );
    const encoded = (text: string) => tokenizer.encode(text).map((id) => words[id]);
    expect(encoded(' ²')).toEqual(['Ġ', 'Â', '²']);
    expect(encoded(' ±')).toEqual(['ĠÂ', '±']);
  });
});

describe('cuts where case does not matter', () => {
  it('take ſ for an s, as the original does', () => {
    const cut = cutter({
      type: 'Split',
      pattern: { Regex: "(?i:'s|'k)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+" },
      behavior: 'Isolated',
      invert: false,
    });
    expect(cut("it'ſx aK'\u212ab", true)).toEqual(['it', "'ſ", 'x', ' aK', "'\u212a", 'b']);
  });

  it('refuse patterns that could take forever', () => {
    for (const Regex of ['(a+)+$', '(?:a|aa)+', '(\\p{L}*)*', '(a{1,99}){1,99}']) {
      const step = { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false };
      expect(() => cutter(step)).toThrow('could take forever');
    }
    const step = { type: 'Split', pattern: { Regex: 'a*a*a*a*a*!' }, behavior: 'Isolated', invert: false };
    expect(() => cutter(step)).toThrow('takes too long');
  });
});

interface Reference {
  text: string;
  ids: number[];
  decoded: string;
}

describe('tokenizers of other models of the family', () => {
  it.each([
    ['sentencepiece', 1],
    ['metaspace', 1],
    ['llama3', 0],
  ])('%s gives the ids and texts of the original implementation', async (kind, begin) => {
    const tokenizer = await tokenizerFromFolder(join(fixtures, 'tokenizer-kinds', kind));
    expect(tokenizer.before).toEqual([begin]);
    expect(tokenizer.word(tokenizer.endOfText)).toBe('</s>');
    for (const { text, ids, decoded } of json<Reference[]>(`tokenizer-kinds/${kind}/texts.json`)) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(decoded);
    }
    expect(
      tokenizer
        .encode('The text')
        .map((id) => tokenizer.word(id))
        .join('')
        .trim(),
    ).toBe('The text');
  });
});

const smollm2 = join(defaultCacheFolder(), 'models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf');
const data =
  process.env.SOFTPROMPT_TEST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

describe.runIf(existsSync(smollm2))('the tokenizer of SmolLM2 (runs where the model was pulled)', () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await tokenizerOf(smollm2);
  });

  it('gives the reference ids of the sample texts', () => {
    for (const { text, ids } of json<{ text: string; ids: number[] }[]>('smollm2/tokens-sample.json')) {
      expect(tokenizer.encode(text), text).toEqual(ids);
    }
  });

  it('gives the reference ids of odd characters', () => {
    for (const { text, ids } of json<Reference[]>('smollm2/odd-texts.json')) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
    }
  });

  it('gives the reference ids of rendered conversations', () => {
    for (const { text, ids } of json<{ text: string; ids: number[] }[]>('smollm2/chats.json')) {
      expect(tokenizer.encode(text), text).toEqual(ids);
    }
  });

  describe.runIf(existsSync(data))('on 10,000 texts (runs where the datasets are)', () => {
    interface Source {
      file: string;
      columns: string[] | null;
      texts: number;
      tokens: number;
      sha256: string[];
    }
    const { block, sources } = json<{ block: number; sources: Source[] }>('smollm2/token-hashes.json');

    it.each(sources.map((source) => [source.file, source] as const))('%s', (_, source) => {
      const lines = readFileSync(join(data, source.file), 'utf8').split('\n');
      const { columns } = source;
      const texts = columns
        ? lines.filter(Boolean).flatMap((line) => {
            const row = JSON.parse(line) as Record<string, string>;
            return columns.map((column) => row[column]!);
          })
        : lines;
      const rows = texts.slice(0, source.texts).map((text) => tokenizer.encode(text));
      expect(rows.reduce((total, ids) => total + ids.length, 0)).toBe(source.tokens);
      for (const [index, expected] of source.sha256.entries()) {
        const text = rows
          .slice(index * block, (index + 1) * block)
          .map((ids) => ids.join(','))
          .join('\n');
        const found = createHash('sha256').update(text).digest('hex');
        expect(found, `texts ${index * block} to ${(index + 1) * block}`).toBe(expected);
      }
    });
  });
});
