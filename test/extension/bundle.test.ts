import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { NODE_BUNDLE } from '../nodeBundle';

const ROOT = join(__dirname, '../..');

/** The files and packages that are loaded when this file is: what is imported later, when it is needed, left out. */
async function loadedWith(entry: string): Promise<string[]> {
  const { metafile } = await build({
    ...NODE_BUNDLE,
    external: ['vscode'],
    entryPoints: [join(ROOT, entry)],
    write: false,
    metafile: true,
    outdir: 'out',
    absWorkingDir: ROOT,
  });
  const loaded = new Set([entry]);
  for (const file of loaded)
    for (const { path, kind } of metafile.inputs[file]?.imports ?? [])
      if (kind !== 'dynamic-import') loaded.add(path);
  return [...loaded];
}

it('loads what talks with the training host when there is one to talk with', async () => {
  const loaded = await loadedWith('src/extension/extension.ts');
  expect(loaded).toContain('src/extension/host/hostClient.ts');
  expect(loaded.filter((path) => path.includes('vscode-jsonrpc'))).toEqual([]);
});

it('is packed with one copy of the editor’s names, and small', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-bundle-'));
  try {
    const args = ['scripts/build.mjs', '--production', '--outdir', folder];
    await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    const bundle = await readFile(join(folder, 'extension.js'), 'utf8');
    expect(bundle.match(/require\("vscode"\)/g)).toHaveLength(1);
    expect(bundle.length).toBeLessThan(300_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});
