import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.e2e.ts'],
    globalSetup: './globalSetup.ts',
    // One VS Code at a time: each takes a processor for itself while it starts.
    fileParallelism: false,
    // Only what hangs should take this long, also on a computer ten times slower.
    testTimeout: 360_000,
    hookTimeout: 420_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
  },
});
