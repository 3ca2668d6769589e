import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { NODE_BUNDLE } from '../nodeBundle';

/** The source files and packages that a bundle of this entry point would hold. */
async function inputsOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    ...NODE_BUNDLE,
    entryPoints: [join(__dirname, '../../src/host', entry)],
    write: false,
    metafile: true,
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
