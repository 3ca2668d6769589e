import { longestAt, prefixTree } from './prefixTree';

/** A token outside the model's rules: found in a text before anything else. */
export interface AddedToken {
  id: number;
  content: string;
  special?: boolean;
  /** Takes the white space before or after it along. */
  lstrip?: boolean;
  rstrip?: boolean;
  /** Looked for in the normalised text; of itself, so are all that are not special. */
  normalized?: boolean;
  /** Not found within a word. */
  single_word?: boolean;
}

/** A piece of a text: an added token, or what stands between them. */
export type Section = { id: number } | { text: string; atStart: boolean };

const SPACE = /\p{White_Space}/u;
const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

/** Cuts texts at added tokens: the leftmost first, of several at one place the longest. */
export function addedTokenFinder(
  tokens: readonly (AddedToken & { written: string })[],
): (text: string, atStart: boolean) => Section[] {
  const tree = prefixTree(tokens.map(({ written }, index) => [written, index]));
  if (!tree.children) return (text, atStart) => (text === '' ? [] : [{ text, atStart }]);

  return (text, atStart) => {
    const sections: Section[] = [];
    let done = 0;
    const passOn = (end: number) => {
      if (end > done) sections.push({ text: text.slice(done, end), atStart: atStart && done === 0 });
    };
    for (let at = 0; at < text.length; at++) {
      const found = longestAt(tree, text, at);
      if (!found) continue;
      const token = tokens[found.id]!;
      let start = at;
      let { end } = found;
      at = end - 1;
      if (token.single_word && withinWord(text, start, end)) continue;
      while (token.lstrip && start > done && SPACE.test(text[start - 1]!)) start--;
      while (token.rstrip && end < text.length && SPACE.test(text[end]!)) end++;
      passOn(start);
      sections.push({ id: token.id });
      done = end;
      at = Math.max(at, end - 1);
    }
    passOn(text.length);
    return sections;
  };
}

function withinWord(text: string, start: number, end: number): boolean {
  const before = Array.from(text.slice(Math.max(0, start - 2), start)).at(-1) ?? '';
  const [after = ''] = text.slice(end, end + 2);
  return WORD.test(before) || WORD.test(after);
}
