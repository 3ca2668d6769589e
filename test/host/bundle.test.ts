import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

/** The source files and packages that a bundle of this entry point would hold. */
async function inputsOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [join(__dirname, '../../src/host', entry)],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node'],
    outdir: 'out',
  });
  const external = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter((one) => one.external),
  );
  return [...Object.keys(metafile.inputs), ...external.map(({ path }) => path)];
}

it('keeps the native runtime out of the thread that talks', async () => {
  expect(await inputsOf('worker.ts')).toContain('onnxruntime-node');
  const talking = await inputsOf('main.ts');
  expect(talking).not.toContain('onnxruntime-node');
  expect(talking.filter((path) => /src\/engine\/(compile|graph|tuning|evaluation)\//.test(path))).toEqual([]);
});
