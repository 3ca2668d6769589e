import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Tokenizer } from '../../src/engine/models/tokenizer';
import { planEpoch } from '../../src/engine/prompt/batches';
import type { BenchRow } from './sides';

const rowSchema = z.object({ text: z.string(), label: z.string() });

/** Rows of a JSONL file in a template; a label becomes its place among `labels`. */
export function readRows(
  file: string,
  template: string,
  labels: readonly string[],
): { text: string; label: number }[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line, index) => {
      const { text, label } = rowSchema.parse(JSON.parse(line));
      const place = labels.indexOf(label);
      if (place < 0) throw new Error(`${file}, line ${index + 1}: the label ${label} is not in --words`);
      return { text: template.replace('{text}', () => text), label: place };
    });
}

/** Rows of `tokens` tokens each: a text again and again, its end last. */
export function stretchRows(
  tokenizer: Tokenizer,
  rows: readonly { text: string; label: number }[],
  tokens: number,
): BenchRow[] {
  return rows.map(({ text, label }) => {
    const once = tokenizer.encode(text);
    const repeated = Array.from({ length: Math.ceil(tokens / once.length) }, () => [...once]).flat();
    return { tokens: repeated.slice(-tokens), label };
  });
}

/** Rows in steps: as they stand, or as a training would put those of like length together. */
export function stepsOf<T>(
  rows: readonly T[],
  lengths: readonly number[],
  { batch, sorted }: { batch: number; sorted: boolean },
): T[][] {
  const plan = sorted
    ? planEpoch(lengths, { batch: { rows: batch }, seed: 0, epoch: 0 })
    : Array.from({ length: Math.ceil(rows.length / batch) }, (_, step) =>
        rows.slice(step * batch, (step + 1) * batch).map((_, i) => step * batch + i),
      );
  return plan.map((step) => step.map((row) => rows[row]!));
}
