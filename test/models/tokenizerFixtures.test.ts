import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ModelKind } from '../../src/engine/models/checkpoint';
import { tokenizerFromFolder } from '../../src/engine/models/tokenizerFolder';

const models = fileURLToPath(new URL('../oracle/fixtures/models/', import.meta.url));

interface Expected {
  kind: ModelKind;
  tokenizer: { file: string; ids: number[][]; decoded: string[]; marked: number[][] };
}

const folders = readdirSync(models).filter((name) => existsSync(join(models, name, 'tokenizer.json')));

describe('the tokenizer of every family', () => {
  it('is there', () => {
    expect(folders.length).toBeGreaterThan(15);
  });

  it.each(folders)('%s gives the ids and texts of the original implementation', async (name) => {
    const folder = join(models, name);
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
    const { file, ids, decoded, marked } = expected.tokenizer;
    const texts = readFileSync(join(models, file), 'utf8').replace(/\n$/, '').split('\n');
    expect(texts).toHaveLength(ids.length);
    const tokenizer = await tokenizerFromFolder(folder, expected.kind);
    for (const [line, text] of texts.entries()) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids[line]);
      expect(tokenizer.decode(ids[line]!), JSON.stringify(text)).toBe(decoded[line]);
    }
    for (const [line, around] of marked.entries()) {
      const { before, after } = tokenizer;
      const end = expected.kind === 'decoder' ? around.slice(before.length + ids[line]!.length) : after;
      expect([...before, ...ids[line]!, ...end]).toEqual(around);
    }
  });
});
