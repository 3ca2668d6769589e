import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The editor's API exists in the editor alone.
  resolve: { alias: { vscode: fileURLToPath(new URL('test/extension/fakeVscode.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', '**/node_modules/**'],
    // onnxruntime-node is a native module: one process a file, and no more processes than cores.
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2 } },
    testTimeout: 60_000,
  },
});
