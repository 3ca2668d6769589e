import type { AddedToken } from './addedTokens';

/** Stands in the middle of what must not be taken for an added token. A noncharacter: no text has it for itself. */
export const SHIELD = '\ufdd0';

/** Puts shields into the texts of special tokens; a text without one stays as it is. */
export function shieldFrom(added: readonly AddedToken[]): (text: string) => string {
  const special = added.filter((token) => token.special && token.content.trim() !== '');
  const contents = special.map(({ content }) => content);
  // The longest first: what is shielded in the middle of a longer one is shielded in it.
  contents.sort((a, b) => b.length - a.length);
  const pattern = new RegExp(
    contents.map((content) => content.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'),
    'g',
  );
  return (text) => (contents.length === 0 ? text : text.replace(pattern, shielded));
}

/** After the first character; a marker of one character alone cannot be broken up, and stays a marker. */
const shielded = (content: string): string => {
  const [first = ''] = content;
  return first.length === content.length ? content : first + SHIELD + content.slice(first.length);
};

/** As people wrote it. */
export const unshielded = (text: string): string => text.replaceAll(SHIELD, '');
