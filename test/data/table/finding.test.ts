import { expect, it } from 'vitest';
import { type Blocks, Finding } from '../../../src/engine/data/table/finding';

it('ends when the table is closed while it waits for more rows', async () => {
  let asked = 0;
  // As a table that was closed before it was read to the end: it says at once that it grew, and never does.
  const closed: Blocks = {
    columns: ['text'],
    blockCount: 0,
    known: 0,
    complete: false,
    async grown() {
      asked += 1;
      if (asked === 1) finding.stop();
      if (asked > 10) throw new Error('It waits for ever.');
    },
    block: async () => [],
  };
  const finding = new Finding({ text: 'a' }, closed);
  await finding.run();
  expect(asked).toBe(1);
  expect(finding.state().done).toBe(false);
});
