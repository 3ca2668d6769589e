import type { BuildOptions } from 'esbuild';

/** Programs for Node are bundled as scripts/build.mjs does it: the native runtime stays outside. */
export const NODE_BUNDLE = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // jsonc-parser's CommonJS build cannot be bundled; its ES modules can.
  mainFields: ['module', 'main'],
  external: ['onnxruntime-node'],
  logLevel: 'warning',
} satisfies BuildOptions;
