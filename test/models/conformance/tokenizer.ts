import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tokenizer } from '../../../src/engine/models/tokenizer';
import { type Expected, MODELS } from './cases';

/** Lines of the multilingual text that get other ids than from the original tokenizer. */
export function differingLines(tokenizer: Tokenizer, { tokenizer: { file, ids } }: Expected): number {
  const lines = readFileSync(join(MODELS, file), 'utf8').replace(/\n$/, '').split('\n');
  if (lines.length !== ids.length) throw new Error(`${lines.length} lines, ${ids.length} expected`);
  return lines.filter((line, i) => tokenizer.encode(line).join() !== ids[i]!.join()).length;
}
