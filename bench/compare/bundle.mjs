import { mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** Bundles a TypeScript file into a folder of its own, inside node_modules, so that the native runtime is found. */
export async function bundle(entry) {
  mkdirSync('node_modules/.cache', { recursive: true });
  const folder = mkdtempSync(resolve('node_modules/.cache/bench-'));
  const script = join(folder, 'script.cjs');
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node'],
    outfile: script,
    logLevel: 'warning',
  });
  return { folder, script };
}
