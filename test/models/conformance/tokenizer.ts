import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tokenizer } from '../../../src/engine/models/tokenizer';
import { type Case, MODELS, readExpected } from './cases';

/**
 * Lines of the multilingual text that get other ids than from the original tokenizer. GGUF's SentencePiece puts a ▁ before a text
 * that begins with a space, too, as SentencePiece does; tokenizer.json's Metaspace does not: such lines are left out there.
 */
export function differingLines(tokenizer: Tokenizer, { model, format }: Case): number {
  const { file, ids } = readExpected(join(MODELS, model)).tokenizer;
  const lines = readFileSync(join(MODELS, file), 'utf8').replace(/\n$/, '').split('\n');
  if (lines.length !== ids.length) throw new Error(`${lines.length} lines, ${ids.length} expected`);
  const leaveOut = format === 'GGUF' && hasMetaspace(model) ? /^[ ▁]/ : null;
  return lines.filter((line, i) => !leaveOut?.test(line) && tokenizer.encode(line).join() !== ids[i]!.join())
    .length;
}

function hasMetaspace(model: string): boolean {
  const { pre_tokenizer } = JSON.parse(readFileSync(join(MODELS, model, 'tokenizer.json'), 'utf8'));
  return JSON.stringify(pre_tokenizer).includes('"Metaspace"');
}
