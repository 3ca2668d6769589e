import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tokenizerFromFolder } from '../../src/engine/models/tokenizers/folder';
import { SoftpromptError } from '../../src/protocol/errors';

const folder = fileURLToPath(new URL('../oracle/fixtures/tokenizer-kinds/marian', import.meta.url));

interface Row {
  text: string;
  ids: number[];
  answer: number[];
  decoded: string;
}

describe("Marian's tokenizer", () => {
  it('gives the ids of MarianTokenizer for texts and answers', async () => {
    const rows = JSON.parse(await readFile(join(folder, 'rows.json'), 'utf8')) as Row[];
    const tokenizer = await tokenizerFromFolder(folder, 'encoder-decoder');
    expect(rows.length).toBeGreaterThan(150);
    for (const { text, ids, answer, decoded } of rows) {
      expect([...tokenizer.encode(text), ...tokenizer.after], JSON.stringify(text)).toEqual(ids);
      expect([...tokenizer.encodeAnswer!(text), tokenizer.endOfText], JSON.stringify(text)).toEqual(answer);
      expect(tokenizer.decode(ids).trim(), JSON.stringify(text)).toBe(decoded.trim());
    }
  });

  it('says what is wrong with its files', async () => {
    const copy = await mkdtemp(join(tmpdir(), 'softprompt-marian-'));
    try {
      for (const name of ['source.spm', 'vocab.json']) await copyFile(join(folder, name), join(copy, name));
      await expect(tokenizerFromFolder(copy)).rejects.toThrow('no target.spm');
      const model = await readFile(join(folder, 'target.spm'));
      for (const length of [0, 1, 100, model.length - 1]) {
        await writeFile(join(copy, 'target.spm'), model.subarray(0, length));
        await expect(tokenizerFromFolder(copy)).rejects.toBeInstanceOf(SoftpromptError);
      }
    } finally {
      await rm(copy, { recursive: true });
    }
  });
});
