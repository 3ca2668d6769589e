import { l10n } from '../../../protocol/l10n';
import { DescriptionError } from './descriptionError';

const MAX_BYTES = 2 ** 24;
const LENGTH_BYTES = 4;
/** Longest replacement; the longest in use has 33 bytes. */
const MAX_REPLACEMENT_BYTES = 256;
/** Longer graphemes are taken character by character, as the original does. */
const LONG_GRAPHEME = 6;
const REMEMBERED = 4096;

/**
 * SentencePiece's table of replacements: the length of a double-array trie, the trie (32-bit units), and the
 * replacements, each ended by a zero. https://github.com/google/sentencepiece, `normalizer.cc`; the trie is Darts-clone's.
 */
export class CharacterMap {
  private readonly units: Uint32Array;
  private readonly replacements: Uint8Array;
  private readonly encoder = new TextEncoder();
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private readonly remembered = new Map<string, string>();

  /** Throws DescriptionError if the table is not what it says it is. */
  constructor(table: Uint8Array) {
    if (table.length > MAX_BYTES)
      throw new DescriptionError(l10n`its character map is longer than ${MAX_BYTES} bytes`);
    const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
    const trieBytes = table.length < LENGTH_BYTES ? -1 : view.getUint32(0, true);
    if (trieBytes < 4 || trieBytes % 4 !== 0 || trieBytes + LENGTH_BYTES > table.length) {
      throw new DescriptionError(l10n`its character map of ${table.length} bytes has a trie of ${trieBytes}`);
    }
    this.units = Uint32Array.from({ length: trieBytes / 4 }, (_, i) =>
      view.getUint32(LENGTH_BYTES + 4 * i, true),
    );
    this.replacements = table.subarray(LENGTH_BYTES + trieBytes);
    for (let start = 0, end = 0; start < this.replacements.length; start = end + 1) {
      end = this.replacements.indexOf(0, start);
      if (end < 0) end = this.replacements.length;
      if (end - start > MAX_REPLACEMENT_BYTES) {
        throw new DescriptionError(l10n`its character map has a replacement of ${end - start} bytes`);
      }
    }
  }

  /** As the Rust implementation applies it: to graphemes, then to characters; of two entries the shorter counts. */
  normalise(text: string): string {
    let result = '';
    for (const grapheme of graphemes(text)) result += this.replaced(grapheme);
    return result;
  }

  /** As SentencePiece itself applies it: at each place the longest entry counts. */
  normaliseLongest(text: string): string {
    const bytes = this.encoder.encode(text);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const found = this.search(bytes, at).at(-1);
      const length = found?.length ?? characterBytes(bytes[at]!);
      parts.push(found ? this.replacement(found.value) : bytes.subarray(at, at + length));
      at += length;
    }
    return this.decoder.decode(Buffer.concat(parts));
  }

  private replaced(grapheme: string): string {
    const known = this.remembered.get(grapheme);
    if (known !== undefined) return known;
    let result: string | undefined;
    if (this.encoder.encode(grapheme).length < LONG_GRAPHEME) result = this.transformed(grapheme);
    result ??= Array.from(grapheme, (character) => this.transformed(character) ?? character).join('');
    if (this.remembered.size >= REMEMBERED) this.remembered.clear();
    this.remembered.set(grapheme, result);
    return result;
  }

  private transformed(text: string): string | undefined {
    const found = this.search(this.encoder.encode(text), 0)[0];
    return found && this.decoder.decode(this.replacement(found.value));
  }

  private replacement(start: number): Uint8Array {
    const end = this.replacements.indexOf(0, start);
    return this.replacements.subarray(start, end < 0 ? undefined : end);
  }

  /** Entries that stand at this place, the shortest first. */
  private search(bytes: Uint8Array, from: number): { length: number; value: number }[] {
    const found: { length: number; value: number }[] = [];
    let unit = this.units[0]!;
    let node = offsetOf(unit);
    for (let at = from; at < bytes.length && bytes[at] !== 0; at++) {
      node ^= bytes[at]!;
      if (node >= this.units.length) break;
      unit = this.units[node]!;
      if ((unit & 0x800000ff) >>> 0 !== bytes[at]) break;
      node = (node ^ offsetOf(unit)) >>> 0;
      if (node >= this.units.length) break;
      if ((unit >>> 8) & 1) found.push({ length: at + 1 - from, value: this.units[node]! & 0x7fffffff });
    }
    return found;
  }
}

/** Where a unit's children start, relative to it. */
function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & (1 << 9)) >>> 6)) >>> 0;
}

function characterBytes(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
// In most texts every character is a grapheme; telling so is much faster than cutting them.
const PLAIN = /^[\x20-\x7e\xa0-\xac\xae-\xff\u0100-\u02ff\u0400-\u0482\u048a-\u052f]*$/;

function graphemes(text: string): Iterable<string> {
  return PLAIN.test(text) ? text : Array.from(segmenter.segment(text), ({ segment }) => segment);
}
