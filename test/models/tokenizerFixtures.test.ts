import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readGgufHeader } from '../../src/engine/models/gguf/header';
import { tokenizerFromGguf } from '../../src/engine/models/gguf/tokenizer';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { tokenizerFromFolder } from '../../src/engine/models/tokenizers/folder';
import type { ModelKind } from '../../src/protocol/models';

const models = fileURLToPath(new URL('../oracle/fixtures/models/', import.meta.url));

interface Expected {
  kind: ModelKind;
  tokenizer: { file: string; ids: number[][]; decoded: string[]; marked: number[][] };
}

const folders = readdirSync(models).filter((name) => existsSync(join(models, name, 'tokenizer.json')));

function expectedOf(name: string): Expected {
  return JSON.parse(readFileSync(join(models, name, 'expected.json'), 'utf8')) as Expected;
}

async function tokenizerOfGguf(file: string, kind: ModelKind): Promise<Tokenizer> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    return tokenizerFromGguf((await readGgufHeader(handle, size, file)).metadata, file, kind);
  } finally {
    await handle.close();
  }
}

function compare(tokenizer: Tokenizer, expected: Expected, isSame = (_text: string) => true): void {
  const { file, ids, decoded, marked } = expected.tokenizer;
  const texts = readFileSync(join(models, file), 'utf8').replace(/\n$/, '').split('\n');
  expect(texts).toHaveLength(ids.length);
  for (const [line, text] of texts.entries()) {
    if (isSame(text)) expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids[line]);
    expect(tokenizer.decode(ids[line]!), JSON.stringify(text)).toBe(decoded[line]);
  }
  for (const [line, around] of marked.entries()) {
    const { before, after } = tokenizer;
    const end = expected.kind === 'decoder' ? around.slice(before.length + ids[line]!.length) : after;
    expect([...before, ...ids[line]!, ...end]).toEqual(around);
  }
}

describe('the tokenizer of every family', () => {
  it('is there', () => {
    expect(folders.length).toBeGreaterThan(25);
  });

  it.each(folders)('%s gives the ids and texts of the original implementation', async (name) => {
    const expected = expectedOf(name);
    compare(await tokenizerFromFolder(join(models, name), expected.kind), expected);
  });

  it('take a word piece by piece only as a whole', async () => {
    const tokenizer = await tokenizerFromFolder(join(models, 'bert'), 'masked');
    // Of a word with a part that is unknown, none is known: also where the part is SentencePiece's sign for a space.
    expect(tokenizer.encode('text▁')).toEqual(tokenizer.encode('text\u{1F9FF}'));
    expect(tokenizer.encode('text▁')).toHaveLength(1);
  });

  const files = folders.filter((name) => existsSync(join(models, name, 'model.gguf')));

  it.each(files)('%s gives them from GGUF metadata too', async (name) => {
    const expected = expectedOf(name);
    const file = join(models, name, 'model.gguf');
    // SentencePiece puts a ▁ before texts that begin with a space or with one, too; this step of tokenizer.json does not.
    const { pre_tokenizer } = JSON.parse(readFileSync(join(models, name, 'tokenizer.json'), 'utf8'));
    const metaspace = JSON.stringify(pre_tokenizer).includes('"Metaspace"');
    const isSame = (text: string) => !(metaspace && /^[ ▁]/.test(text));
    compare(await tokenizerOfGguf(file, expected.kind), expected, isSame);
  });
});
