// Bundles one of the measurements of this folder, and our side of it, and runs it: node bench/start.mjs NAME [options]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const [name, ...options] = process.argv.slice(2);
// Inside node_modules, so that the native runtime is found.
mkdirSync('node_modules/.cache', { recursive: true });
const folder = mkdtempSync(resolve('node_modules/.cache/bench-'));
try {
  await build({
    entryPoints: { main: `bench/${name}.ts`, ours: 'bench/compare/ours.ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    // The panel's measurement bundles a page and drives a browser.
    external: ['onnxruntime-node', 'esbuild', 'playwright-core'],
    alias: { vscode: './test/extension/fakeVscode.ts' },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    logLevel: 'warning',
  });
  const { status } = spawnSync(process.execPath, [join(folder, 'main.cjs'), ...options], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
