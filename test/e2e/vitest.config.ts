import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.e2e.ts'],
    globalSetup: './globalSetup.ts',
    // One VS Code at a time: each takes a processor for itself while it starts.
    fileParallelism: false,
    // The tests of a file are one story in one window; after a failed step the rest of it means nothing.
    bail: 0,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
