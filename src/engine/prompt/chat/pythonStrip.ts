/** What Python's str.isspace() says yes to. */
const WHITE_SPACE = new Set(
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

/** Python's methods of a text that take characters away from its ends: white space, or those given. */
export const STRIPS: Readonly<Record<string, (text: string, characters?: string) => string>> = {
  strip: (text, characters) => end(start(text, characters), characters),
  lstrip: start,
  rstrip: end,
};

function start(text: string, characters?: string): string {
  const unwanted = characters === undefined ? WHITE_SPACE : new Set(characters);
  let from = 0;
  while (from < text.length && unwanted.has(text[from]!)) from++;
  return text.slice(from);
}

function end(text: string, characters?: string): string {
  const unwanted = characters === undefined ? WHITE_SPACE : new Set(characters);
  let to = text.length;
  while (to > 0 && unwanted.has(text[to - 1]!)) to--;
  return text.slice(0, to);
}
