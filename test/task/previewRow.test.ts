import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { previewRow } from '../../src/engine/task/previewRow';
import { supportCsv, workspace } from './workspace';

const MODEL = join(__dirname, '../oracle/fixtures/tiny-llama-f16');

describe('previewRow', () => {
  const preview = async (task: object, row: number, csv = supportCsv(40)) => {
    const folder = await workspace({
      'a.csv': csv,
      'a.softprompt.json': JSON.stringify({ model: MODEL, data: 'a.csv', ...task }),
    });
    return previewRow(join(folder, 'a.softprompt.json'), row, { cacheFolder: folder });
  };

  it('shows the label words of an encoder-decoder as a run reads them: nothing stands before them', async () => {
    const model = join(__dirname, '../oracle/fixtures/models/bart');
    const shown = await preview({ model, target: 'label', method: { virtualTokens: 4 } }, 2);
    expect(shown.labelWords?.map(({ word }) => word.startsWith(' '))).toEqual([false, false]);
  });

  it('shows virtual tokens, text, target and label words', async () => {
    expect(await preview({}, 2)).toMatchObject({
      row: 2,
      segments: [
        { kind: 'virtual-tokens', count: 20 },
        { kind: 'text', text: 'Message number 1, please answer me soon.\nLabel:' },
      ],
      target: 'delivery',
      labelWords: [{ label: 'billing' }, { label: 'delivery' }],
      cutTokens: 0,
    });
  });

  it('shows virtual tokens behind the text, and what follows them', async () => {
    const { segments } = await preview({ method: { placement: 'after' } }, 2);
    expect(segments).toEqual([
      { kind: 'text', text: 'Message number 1, please answer me soon.' },
      { kind: 'virtual-tokens', count: 20 },
      { kind: 'text', text: '\nLabel:' },
    ]);
  });

  it('shows how a long row is cut', async () => {
    const { segments, tokens, cutTokens } = await preview({ limit: 20 }, 1);
    expect(tokens).toBeLessThanOrEqual(20);
    expect(cutTokens).toBeGreaterThan(0);
    expect(segments[1]).toMatchObject({ text: expect.stringMatching(/^Mess.*\nLabel:$/) });
  });

  it('counts rows that were left out, and says when a row is not there', async () => {
    const csv = supportCsv(40).replace('text,label\n', 'text,label\nbroken\n');
    expect((await preview({}, 2, csv)).segments[1]).toMatchObject({
      text: expect.stringContaining('number 0'),
    });
    await expect(preview({}, 1, csv)).rejects.toThrow('There is no usable row 1.');
    await expect(preview({}, 99)).rejects.toThrow('There is no usable row 99.');
  });

  it('shows a task that is not saved yet', async () => {
    const folder = await workspace({ 'a.csv': supportCsv(40), 'a.softprompt.json': '{' });
    const text = JSON.stringify({ model: MODEL, data: 'a.csv', template: 'Mail: {text}' });
    const { segments } = await previewRow(join(folder, 'a.softprompt.json'), 1, {
      text,
      cacheFolder: folder,
    });
    expect(segments[1]).toMatchObject({ text: expect.stringMatching(/^Mail: /) });
  });
});
