import { SplitPreTokenizer } from '@huggingface/tokenizers';
import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { DescriptionError } from './descriptionError';
import { isQuick } from './regexProbe';

const MAX_PATTERN = 8192;
/** `a{1,33}` may backtrack as long as `a+`. */
const FEW_REPEATS = 32;

/** A text, or a regular expression in Oniguruma's syntax. */
export const patternSchema = z.union([
  z.object({ Regex: z.string().max(MAX_PATTERN) }),
  z.object({ String: z.string().min(1).max(MAX_PATTERN) }),
]);
export type Pattern = z.infer<typeof patternSchema>;

/** A pattern of tokenizer.json as JavaScript's; global and by code points. Throws DescriptionError. */
export function compilePattern(pattern: Pattern): RegExp {
  if ('String' in pattern) return new RegExp(escaped(pattern.String), 'gu');
  let checked = compiled.get(pattern.Regex);
  if (!checked) {
    refuseNestedRepeats(pattern.Regex);
    const regex = translated(pattern.Regex);
    checked = { regex, quick: isQuick(regex) };
    if (compiled.size >= REMEMBERED) compiled.clear();
    compiled.set(pattern.Regex, checked);
  }
  if (!checked.quick) {
    throw new DescriptionError(l10n`the pattern ${pattern.Regex} takes too long on some texts`, true);
  }
  // Each with a position of its own.
  return new RegExp(checked.regex.source, checked.regex.flags);
}

/** Patterns that were checked: the same few come again and again. */
const compiled = new Map<string, { regex: RegExp; quick: boolean }>();
const REMEMBERED = 64;

function translated(regex: string): RegExp {
  try {
    // The library translates Oniguruma's syntax, and keeps the result in this step.
    const step: unknown = new SplitPreTokenizer({
      type: 'Split',
      pattern: { Regex: withAllCases(regex) },
      behavior: 'Isolated',
      invert: false,
    });
    return (step as { pattern: RegExp }).pattern;
  } catch (error) {
    throw new DescriptionError(l10n`the pattern ${regex} cannot be used: ${(error as Error).message}`, true);
  }
}

/** Where case does not matter, Oniguruma takes ſ for an s and the Kelvin sign for a k; the library knows A to Z only. */
function withAllCases(regex: string): string {
  return regex.replace(/\(\?i:[a-z'|]+\)/g, (group) =>
    group.replaceAll('s', '[sſ]').replaceAll('k', '[k\u212a]'),
  );
}

export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/**
 * A repeated group that repeats something itself, or chooses between several things, may take exponential time on some
 * texts: (a+)+, (a|aa)+. No tokenizer in use has one, and the patterns come from files that nobody vouches for.
 */
function refuseNestedRepeats(regex: string): void {
  const groups = [{ branches: false, repeats: false }];
  let inClass = 0;
  for (let at = 0; at < regex.length; at++) {
    const character = regex[at]!;
    if (character === '\\') {
      at++;
    } else if (inClass > 0) {
      if (character === '[') inClass++;
      if (character === ']') inClass--;
    } else if (character === '[') {
      inClass++;
      // A bracket right after the opening one is a character of the class.
      if (regex[at + 1] === '^') at++;
      if (regex[at + 1] === ']') at++;
    } else if (character === '(') {
      groups.push({ branches: false, repeats: false });
    } else if (character === '|') {
      groups.at(-1)!.branches = true;
    } else if (character === ')') {
      if (groups.length === 1)
        throw new DescriptionError(l10n`the pattern ${regex} closes more groups than it opens`);
      const group = groups.pop()!;
      const repeated = repeatsMuch(regex, at + 1);
      if (repeated && (group.repeats || group.branches)) {
        throw new DescriptionError(l10n`the pattern ${regex} could take forever on some texts`, true);
      }
      groups.at(-1)!.repeats ||= group.repeats || repeated;
    } else if (repeatsMuch(regex, at)) {
      groups.at(-1)!.repeats = true;
    }
  }
}

/** Whether a quantifier without a small upper bound stands here. */
function repeatsMuch(regex: string, at: number): boolean {
  if (regex[at] === '*' || regex[at] === '+') return true;
  const bounds = /^\{\d*(,?)(\d*)\}/.exec(regex.slice(at, at + 24));
  if (!bounds) return false;
  const [text, comma, upper] = bounds;
  const most = comma ? (upper ? Number(upper) : Number.POSITIVE_INFINITY) : Number(text.slice(1, -1));
  return most > FEW_REPEATS;
}
