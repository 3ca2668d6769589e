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
  // Not slice(): of a Buffer that is no copy.
  const copy = new Uint8Array(bytes);
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

/** Values that a JSON file may have where others are meant. */
const HOSTILE_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  0.5,
  2 ** 31,
  2 ** 53,
  1e308,
  '',
  ' ',
  'a',
  '▁',
  '\ud800',
  '__proto__',
  'Sequence',
  '(a+)+$',
  '[',
  'x'.repeat(5000),
  [],
  {},
  [[]],
  { type: 'Sequence' },
];

/** A JSON value with one to four changes within; the given value stays as it is. */
export function mutateJson(value: unknown, roll: Roll): unknown {
  const holder = { value: structuredClone(value) };
  for (let rounds = 1 + roll(4); rounds > 0; rounds--) damage(holder, roll);
  return holder.value;
}

/** Walks to a random place and changes what is there: another value, none, a copy of a neighbour, a change of text or number. */
function damage(holder: { value: unknown }, roll: Roll): void {
  let parent = holder as Record<string, unknown>;
  let key = 'value';
  for (;;) {
    const value = parent[key];
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    if (keys.length === 0 || roll(6) === 0) break;
    parent = value as Record<string, unknown>;
    key = keys[roll(keys.length)]!;
  }
  const value = parent[key];
  const kind = roll(4);
  if (kind === 0 && parent !== (holder as object)) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  } else if (kind === 1) {
    const keys = Object.keys(parent);
    parent[key] = structuredClone(parent[keys[roll(keys.length)]!]);
  } else if (kind === 2 && typeof value === 'string') {
    const at = roll(value.length + 1);
    parent[key] =
      value.slice(0, at) + String.fromCharCode(roll(roll(2) === 0 ? 128 : 65536)) + value.slice(at + roll(2));
  } else if (kind === 2 && typeof value === 'number') {
    parent[key] = value + roll(9) - 4;
  } else {
    parent[key] = structuredClone(HOSTILE_VALUES[roll(HOSTILE_VALUES.length)]);
  }
}
