/** What becomes of the places where a text is cut. */
export type Behaviour = 'removed' | 'isolated' | 'merged-with-previous' | 'merged-with-next' | 'contiguous';

interface Piece {
  text: string;
  matched: boolean;
}

/**
 * Cuts texts at the matches of a regular expression (global); `inverted`: at what stands between them. Empty pieces are
 * left out.
 */
export function splitter(regex: RegExp, behaviour: Behaviour, inverted = false): (text: string) => string[] {
  if (behaviour === 'isolated') return (text) => pieces(text, regex).map((piece) => piece.text);
  return (text) => {
    const cut = pieces(text, regex);
    if (inverted) for (const piece of cut) piece.matched = !piece.matched;
    return JOINED[behaviour](cut);
  };
}

const JOINED: Record<Exclude<Behaviour, 'isolated'>, (cut: Piece[]) => string[]> = {
  removed: (cut) => cut.filter(({ matched }) => !matched).map(({ text }) => text),
  contiguous: (cut) => {
    const words: string[] = [];
    for (const [index, { text, matched }] of cut.entries()) {
      if (index > 0 && cut[index - 1]!.matched === matched) words.push(words.pop()! + text);
      else words.push(text);
    }
    return words;
  },
  'merged-with-previous': (cut) => {
    const words: string[] = [];
    for (const [index, { text, matched }] of cut.entries()) {
      if (index > 0 && matched && !cut[index - 1]!.matched) words.push(words.pop()! + text);
      else words.push(text);
    }
    return words;
  },
  'merged-with-next': (cut) => {
    const words: string[] = [];
    for (const [index, { text, matched }] of cut.entries()) {
      if (index > 0 && !matched && cut[index - 1]!.matched) words.push(words.pop()! + text);
      else words.push(text);
    }
    return words;
  },
};

function pieces(text: string, regex: RegExp): Piece[] {
  const cut: Piece[] = [];
  let done = 0;
  regex.lastIndex = 0;
  for (let match = regex.exec(text); match; match = regex.exec(text)) {
    const found = match[0];
    if (found === '') {
      regex.lastIndex += (text.codePointAt(regex.lastIndex) ?? 0) > 0xffff ? 2 : 1;
      continue;
    }
    if (match.index > done) cut.push({ text: text.slice(done, match.index), matched: false });
    cut.push({ text: found, matched: true });
    done = match.index + found.length;
  }
  if (done < text.length) cut.push({ text: text.slice(done), matched: false });
  return cut;
}
