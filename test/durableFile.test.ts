import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { replaceFile } from '../src/engine/durableFile';

it('replaces a file by the whole of what one of two writers at once has', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-'));
  try {
    const file = join(folder, 'a.json');
    const contents = ['a'.repeat(3_000_000), 'b', 'c'.repeat(2_000_000)];
    await Promise.all(contents.map((content) => replaceFile(file, content)));
    expect(contents.includes(await readFile(file, 'utf8'))).toBe(true);
    expect(await readdir(folder)).toEqual(['a.json']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
