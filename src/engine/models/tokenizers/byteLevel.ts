/**
 * Byte-level tokenizers write each byte of a text as a visible character: bytes that are visible in Latin-1 as
 * themselves, the others in order from U+0100 on (a space is Ġ).
 */
export const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = byteTable();

/** The other way round: by byte. */
export const CHARACTER_OF_BYTE: readonly string[] = Array.from(BYTE_OF_CHARACTER.keys());

function byteTable(): Map<string, number> {
  const table = new Map<string, number>();
  let hidden = 0;
  for (let byte = 0; byte < 256; byte++) {
    const visible = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    table.set(String.fromCharCode(visible ? byte : 256 + hidden++), byte);
  }
  return table;
}

/** The text of a byte-level token; one that is only a part of a character shows its bytes. */
export function textOfBytes(token: string): string {
  const bytes = Uint8Array.from(token, (character) => BYTE_OF_CHARACTER.get(character) ?? 63);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
  }
}
