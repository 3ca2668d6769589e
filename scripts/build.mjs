// Bundles the programs of the house into dist/: one file each, native and protocol-heavy modules left outside.
//   node scripts/build.mjs [--production] [--watch] [--outdir FOLDER]
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { context } from 'esbuild';

const watch = process.argv.includes('--watch');
const production = process.argv.includes('--production');
const outdir = process.argv.includes('--outdir')
  ? process.argv[process.argv.indexOf('--outdir') + 1]
  : 'dist';

/** zod brings its messages in some fifty languages, half of the bundle's bytes; only English is ever asked for. */
const englishOnly = {
  name: 'english-only',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.c?js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/**
 * `import * as vscode` copies the editor's hundreds of names into each file that says it, which was half of the time that
 * loading the extension took. Taken from one module within the bundle, they are copied once.
 */
const oneEditor = {
  name: 'one-editor',
  setup(build) {
    build.onResolve({ filter: /^vscode$/ }, ({ namespace }) =>
      namespace === 'editor' ? { path: 'vscode', external: true } : { path: 'vscode', namespace: 'editor' },
    );
    build.onLoad({ filter: /./, namespace: 'editor' }, () => ({ contents: "export * from 'vscode';" }));
  },
};

/**
 * Of jsonc-parser the extension needs the parser. Its formatter makes 1,200 strings when it is loaded, and esbuild drops it only
 * when told that nobody waits for that.
 */
const parserAlone = {
  name: 'parser-alone',
  setup(build) {
    build.onResolve({ filter: /^\.\/string-intern$/ }, ({ resolveDir }) => ({
      path: join(resolveDir, 'string-intern.js'),
      sideEffects: false,
    }));
  },
};

/** The webviews' pages: each folder of src/webview/ with a main.ts. */
const PAGES = readdirSync('src/webview').filter((name) => existsSync(`src/webview/${name}/main.ts`));

const shared = {
  bundle: true,
  plugins: [englishOnly],
  sourcemap: !production,
  minify: production,
  logLevel: 'warning',
  outdir,
};
const node = {
  ...shared,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // jsonc-parser's CommonJS build loads its parts in a way that cannot be bundled; its ES modules can.
  mainFields: ['module', 'main'],
  external: ['vscode', 'onnxruntime-node'],
  // zod looks for a browser; in an extension host the mere question is logged as an error.
  define: { navigator: 'undefined' },
};

const programs = [
  {
    ...node,
    plugins: [...shared.plugins, oneEditor, parserAlone],
    entryPoints: { extension: 'src/extension/extension.ts' },
  },
  { ...node, entryPoints: { host: 'src/host/main.ts', worker: 'src/host/worker.ts' } },
  { ...node, entryPoints: { cli: 'src/cli/main.ts' }, banner: { js: '#!/usr/bin/env node' } },
  {
    ...shared,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    entryPoints: Object.fromEntries(PAGES.map((page) => [`pages/${page}`, `src/webview/${page}/main.ts`])),
  },
];

rmSync(outdir, { recursive: true, force: true });
for (const program of programs) {
  const build = await context(program);
  if (watch) await build.watch();
  else {
    await build.rebuild();
    await build.dispose();
  }
}
