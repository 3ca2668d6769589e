// Brings the translations' files up to date with the source: `npm run l10n`.
import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

// Inside node_modules, so that packages are found.
const file = resolve('node_modules/.cache/l10n.mjs');
mkdirSync('node_modules/.cache', { recursive: true });
await build({
  entryPoints: ['scripts/l10n/main.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outfile: file,
  logLevel: 'warning',
});
try {
  await import(pathToFileURL(file).href);
} finally {
  rmSync(file);
}
