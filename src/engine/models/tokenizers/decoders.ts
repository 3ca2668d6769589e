import * as z from 'zod';
import { byteOfToken } from './byteFallback';
import { BYTE_OF_CHARACTER } from './byteLevel';
import { notRead } from './descriptionError';
import { checkGrowth, MAX_REPLACEMENT } from './growth';
import { compilePattern, patternSchema } from './regex';

/** Turns tokens back into pieces of text; put together they are the text. */
export type Decoder = (tokens: string[]) => string[];

const MAX_STEPS = 64;
const MAX_DEPTH = 8;
const stepSchema = z.looseObject({ type: z.string() });

/** One line a type of tokenizer.json. */
const DECODERS: Record<string, (step: object, depth: number) => Decoder> = {
  Sequence: (step, depth) => {
    const { decoders } = z.object({ decoders: z.array(stepSchema).max(MAX_STEPS) }).parse(step);
    const steps = decoders.map((inner) => decoder(inner, depth + 1));
    return (tokens) => {
      const before = lengthOf(tokens);
      return steps.reduce((changed, change) => {
        const next = change(changed);
        checkGrowth(before, lengthOf(next));
        return next;
      }, tokens);
    };
  },
  ByteLevel: () => (tokens) => {
    const bytes = tokens.flatMap(bytesOfToken);
    return [new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))];
  },
  ByteFallback: () => joinedBytes,
  Fuse: () => (tokens) => [tokens.join('')],
  Metaspace: (step) => {
    const settings = z
      .object({ replacement: z.string(), prepend_scheme: z.string().default('always') })
      .parse(step);
    return (tokens) =>
      tokens.map((token, index) => {
        const leftOut = index === 0 && settings.prepend_scheme !== 'never';
        return token.replaceAll(settings.replacement, leftOut ? '' : ' ');
      });
  },
  Replace: (step) => {
    const { pattern, content } = z
      .object({ pattern: patternSchema, content: z.string().max(MAX_REPLACEMENT) })
      .parse(step);
    const regex = compilePattern(pattern);
    return (tokens) => tokens.map((token) => token.replace(regex, () => content));
  },
  Strip: (step) => {
    const count = z.int().min(0);
    const { content, start, stop } = z.object({ content: z.string(), start: count, stop: count }).parse(step);
    return (tokens) =>
      tokens.map((token) => {
        let from = 0;
        let to = token.length;
        while (from < start && token[from] === content) from++;
        while (token.length - to < stop && to > from && token[to - 1] === content) to--;
        return token.slice(from, to);
      });
  },
  BPEDecoder: (step) => {
    const { suffix } = z.object({ suffix: z.string().min(1) }).parse(step);
    return (tokens) =>
      tokens.map((token, index) => token.replaceAll(suffix, index === tokens.length - 1 ? '' : ' '));
  },
  WordPiece: (step) => {
    const { prefix, cleanup } = z.object({ prefix: z.string(), cleanup: z.boolean() }).parse(step);
    return (tokens) =>
      tokens.map((token, index) => {
        let text = token;
        if (index > 0) text = prefix && token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
        return cleanup ? closeUp(text) : text;
      });
  },
};

/** The decoder that tokenizer.json describes. Without one, tokens stand with spaces between them. */
export function decoder(step: { type: string } | null, depth = 0): Decoder {
  if (step === null) return (tokens) => [tokens.join(' ')];
  const make = Object.hasOwn(DECODERS, step.type) ? DECODERS[step.type] : undefined;
  if (!make || depth > MAX_DEPTH) throw notRead('decoder', step.type);
  return make(step, depth);
}

const encoder = new TextEncoder();

function lengthOf(tokens: readonly string[]): number {
  return tokens.reduce((sum, token) => sum + token.length, 0);
}

/** A token written in visible characters as its bytes; any other text as it is. */
function bytesOfToken(token: string): readonly number[] {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = BYTE_OF_CHARACTER.get(character);
    if (byte === undefined) return Array.from(encoder.encode(token));
    bytes.push(byte);
  }
  return bytes;
}

/** Neighbouring byte tokens as the characters they make; each as U+FFFD where they make none. */
function joinedBytes(tokens: string[]): string[] {
  const pieces: string[] = [];
  let bytes: number[] = [];
  const finish = () => {
    if (bytes.length === 0) return;
    pieces.push(wholeCharacters(bytes) ?? '\ufffd'.repeat(bytes.length));
    bytes = [];
  };
  for (const token of tokens) {
    const byte = byteOfToken(token);
    if (byte !== undefined) {
      bytes.push(byte);
      continue;
    }
    finish();
    pieces.push(token);
  }
  finish();
  return pieces;
}

function wholeCharacters(bytes: number[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

/** Spaces that English does not have before punctuation and after a split word. */
function closeUp(text: string): string {
  return text
    .replaceAll(/ ([.?!,])/g, '$1')
    .replaceAll(" ' ", "'")
    .replaceAll(/ (n't|'m)/g, '$1')
    .replaceAll(' do not', " don't")
    .replaceAll(/ ('s|'ve|'re)/g, '$1');
}
