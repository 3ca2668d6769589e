/** Seeded changes to small files, as damage and malice make them. The same seed gives the same cases. */

/** Numbers that files use to lie about sizes, counts and offsets. */
const HOSTILE = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 40n,
  1n << 53n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
];
/** Pieces of text that break JSON, names and numbers. */
const HOSTILE_TEXT = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\\u0000',
  '\\ud800',
  '-1',
  '1e309',
  '9007199254740993',
  '0.5',
  'null',
  'true',
  '""',
  '[]',
  '{}',
  '"__proto__"',
  '"constructor"',
  '[[[[[[[[',
].map((text) => new TextEncoder().encode(text));

/** A whole number from 0 up to, not including, the limit. */
export type Roll = (limit: number) => number;

type Change = (bytes: Uint8Array, roll: Roll) => Uint8Array;

/** One line a kind of damage. */
const CHANGES: readonly Change[] = [
  // A bit flipped.
  (bytes, roll) => replaced(bytes, (copy, at) => (copy[at]! ^= 1 << roll(8)), roll),
  // A byte of any value.
  (bytes, roll) => replaced(bytes, (copy, at) => (copy[at] = roll(256)), roll),
  // A number that lies, of 1, 2, 4 or 8 bytes, little endian, anywhere or aligned.
  (bytes, roll) =>
    replaced(
      bytes,
      (copy, anywhere) => {
        const width = 1 << roll(4);
        const at = roll(2) === 0 ? anywhere : anywhere - (anywhere % width);
        const number = HOSTILE[roll(HOSTILE.length)]!;
        for (let i = 0; i < width && at + i < copy.length; i++)
          copy[at + i] = Number((number >> BigInt(8 * i)) & 255n);
      },
      roll,
    ),
  // Cut short.
  (bytes, roll) => bytes.slice(0, roll(bytes.length + 1)),
  // Bytes left out.
  (bytes, roll) => spliced(bytes, roll(bytes.length + 1), 1 + roll(16), new Uint8Array(0)),
  // Bytes put in.
  (bytes, roll) =>
    spliced(
      bytes,
      roll(bytes.length + 1),
      0,
      Uint8Array.from({ length: 1 + roll(16) }, () => roll(256)),
    ),
  // Text that means something put in, or over what was there.
  (bytes, roll) => spliced(bytes, roll(bytes.length + 1), roll(8), HOSTILE_TEXT[roll(HOSTILE_TEXT.length)]!),
  // A piece of the file repeated elsewhere: doubled keys, wrong nesting.
  (bytes, roll) => {
    const from = roll(bytes.length + 1);
    return spliced(bytes, roll(bytes.length + 1), 0, bytes.slice(from, from + 1 + roll(64)));
  },
];

/** A file with one to four changes; the given bytes stay as they are. */
export function mutate(bytes: Uint8Array, roll: Roll): Uint8Array {
  let changed = bytes;
  for (let rounds = 1 + roll(4); rounds > 0; rounds--)
    changed = CHANGES[roll(CHANGES.length)]!(changed, roll);
  return changed;
}

function replaced(bytes: Uint8Array, change: (copy: Uint8Array, at: number) => void, roll: Roll): Uint8Array {
  if (bytes.length === 0) return bytes;
  const copy = bytes.slice();
  change(copy, roll(copy.length));
  return copy;
}

function spliced(bytes: Uint8Array, at: number, leaveOut: number, putIn: Uint8Array): Uint8Array {
  const rest = bytes.subarray(Math.min(bytes.length, at + leaveOut));
  const result = new Uint8Array(at + putIn.length + rest.length);
  result.set(bytes.subarray(0, at));
  result.set(putIn, at);
  result.set(rest, at + putIn.length);
  return result;
}
