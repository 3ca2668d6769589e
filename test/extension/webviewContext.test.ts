import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

// A hidden page is thrown away and comes back from what it kept: keeping its memory for it costs as much as a browser tab.
it('no webview keeps its memory while it is hidden', () => {
  const folder = join(__dirname, '../../src/extension');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(sources.length).toBeGreaterThan(40);
  const keeping = sources.filter((name) =>
    readFileSync(join(folder, name), 'utf8').includes('retainContextWhenHidden'),
  );
  expect(keeping).toEqual([]);
});
