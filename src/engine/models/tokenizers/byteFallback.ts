const encoder = new TextEncoder();

/** How a byte is written as a token of its own. */
export function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

/** The byte that a token stands for, written <0x00> to <0xFF>. */
export function byteOfToken(token: string): number | undefined {
  return /^<0x[0-9A-Fa-f]{2}>$/.test(token) ? Number.parseInt(token.slice(3, 5), 16) : undefined;
}

/** Spells texts as tokens of their UTF-8 bytes; nothing where a byte has no token. */
export function byteTokens(vocabulary: ReadonlyMap<string, number>): (text: string) => number[] | undefined {
  const ids = Array.from({ length: 256 }, (_, byte) => vocabulary.get(byteToken(byte)));
  return (text) => {
    const spelt: number[] = [];
    for (const byte of encoder.encode(text)) {
      const id = ids[byte];
      if (id === undefined) return undefined;
      spelt.push(id);
    }
    return spelt;
  };
}
