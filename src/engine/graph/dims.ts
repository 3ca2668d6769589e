import type { Dim, Shape } from './graph';

// Sizes are numbers, names, or sums of products of names ("6 * length + past + -1") in one normal form, so that equal
// sizes compare equal.

/** Coefficients by the product of names they stand before; the constant's is ''. */
type Polynomial = ReadonlyMap<string, number>;

const TIMES = ' * ';
const PLUS = ' + ';

export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  return print(sum(parse(a), parse(b)));
}

export function subtractDims(a: Dim, b: Dim): Dim {
  return addDims(a, multiplyDims([-1, b]));
}

/** Product of a shape's part; symbolic factors are multiplied out ("3 * length"). */
export function multiplyDims(dims: Shape): Dim {
  if (dims.every((dim) => typeof dim === 'number')) {
    return whole(dims.reduce<number>((product, dim) => product * Number(dim), 1));
  }
  return print(dims.map(parse).reduce(product, new Map([['', 1]])));
}

/** Quotient, rounded down as integer division is; undefined where it depends on what the names stand for. */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  if (b === 0) return undefined;
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b);
  if (a === b) return 1;
  const divisor = [...parse(b)];
  if (divisor.length !== 1) return undefined;
  const [names, by] = divisor[0]!;
  const quotient = new Map<string, number>();
  for (const [term, coefficient] of parse(a)) {
    const left = withoutFactors(term, names);
    if (left === undefined || coefficient % by !== 0) return undefined;
    quotient.set(left, coefficient / by);
  }
  return print(quotient);
}

/**
 * -1, 0 or 1 as `a` is less than, equal to or greater than `b` whatever the names stand for; undefined where that
 * differs. Sizes are at least 1, `past` and `shared` at least 0.
 */
export function compareDims(a: Dim, b: Dim): number | undefined {
  const difference = subtractDims(a, b);
  if (typeof difference === 'number') return Math.sign(difference);
  if (lowest(difference) > 0) return 1;
  return lowest(multiplyDims([-1, difference])) > 0 ? -1 : undefined;
}

/** Whether `a` is at least `b` whatever the names stand for. */
export function isAtLeast(a: Dim, b: Dim): boolean {
  return lowest(subtractDims(a, b)) >= 0;
}

/** The greater of two sizes; undefined where it is now the one, now the other. */
export function greaterDim(a: Dim, b: Dim): Dim | undefined {
  return isAtLeast(a, b) ? a : isAtLeast(b, a) ? b : undefined;
}

export function lesserDim(a: Dim, b: Dim): Dim | undefined {
  return isAtLeast(a, b) ? b : isAtLeast(b, a) ? a : undefined;
}

/** The least value; -∞ where a name is taken away. */
function lowest(dim: Dim): number {
  if (typeof dim === 'number') return dim;
  let total = 0;
  for (const [term, coefficient] of parse(dim)) {
    if (term !== '' && coefficient < 0) return Number.NEGATIVE_INFINITY;
    if (!term.split(TIMES).some((name) => name === 'past' || name === 'shared')) total += coefficient;
  }
  return total;
}

/** Numpy broadcasting of two shapes, as ONNX defines it. A symbolic size is taken to fit what it stands beside. */
export function broadcastShapes(a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left === 1) return right;
    if (right === 1 || left === right) return left;
    if (typeof left === 'number' && typeof right === 'number') {
      throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    }
    return typeof right === 'number' ? right : left;
  });
}

/** Axis counted from the front. */
export function frontAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Number of elements, with the named sizes given. */
export function countElements(shape: Shape, sizes: Readonly<Record<string, number>>): number {
  return shape.reduce<number>((product, dim) => product * evaluateDim(dim, sizes), 1);
}

/** Value of a size, with the named sizes given. */
export function evaluateDim(dim: Dim, sizes: Readonly<Record<string, number>>): number {
  if (typeof dim === 'number') return dim + 0; // Products of names with 0 are 0, never -0.
  const known = sizes[dim];
  if (known !== undefined) return known;
  let total = 0;
  for (const [term, coefficient] of parse(dim)) {
    let value = coefficient;
    for (const name of term === '' ? [] : term.split(TIMES)) {
      const size = sizes[name];
      if (size === undefined) throw new Error(`size "${dim}" is not known`);
      value *= size;
    }
    total += value;
  }
  return total;
}

function parse(dim: Dim): Polynomial {
  if (typeof dim === 'number') return new Map([['', dim]]);
  let result: Polynomial = new Map();
  for (const term of dim.split(PLUS)) {
    const factors = term.split(TIMES);
    const names = factors.filter((factor) => Number.isNaN(Number(factor)));
    const coefficient = factors.reduce(
      (total, factor) => total * (Number(factor) || (names.includes(factor) ? 1 : 0)),
      1,
    );
    result = sum(result, new Map([[names.sort().join(TIMES), coefficient]]));
  }
  return result;
}

function print(polynomial: Polynomial): Dim {
  const terms = [...polynomial].filter(([, coefficient]) => coefficient !== 0);
  const constant = whole(polynomial.get('') ?? 0);
  const named = terms.filter(([names]) => names !== '').sort(([a], [b]) => (a < b ? -1 : 1));
  if (named.length === 0) return constant;
  const written = named.map(([names, by]) => (whole(by) === 1 ? names : `${whole(by)}${TIMES}${names}`));
  return [...written, ...(constant === 0 ? [] : [String(constant)])].join(PLUS);
}

function sum(a: Polynomial, b: Polynomial): Polynomial {
  const result = new Map(a);
  for (const [term, coefficient] of b) result.set(term, (result.get(term) ?? 0) + coefficient);
  return result;
}

function product(a: Polynomial, b: Polynomial): Polynomial {
  let result: Polynomial = new Map();
  for (const [left, x] of a) {
    for (const [right, y] of b) {
      const names = [left, right].filter(Boolean).flatMap((term) => term.split(TIMES));
      result = sum(result, new Map([[names.sort().join(TIMES), x * y]]));
    }
  }
  return result;
}

/** A product of names with the names of another taken out of it; undefined where they are not all in it. */
function withoutFactors(term: string, taken: string): string | undefined {
  const left = term === '' ? [] : term.split(TIMES);
  for (const name of taken === '' ? [] : taken.split(TIMES)) {
    const at = left.indexOf(name);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return left.join(TIMES);
}

/** A quotient of products may pass through fractions such as 1/3; sizes are whole. */
function whole(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** A named size as the sum that it is: products of names, each with a whole number before it. */
export function sizeTerms(dim: Dim): { names: string[]; by: number }[] {
  return [...parse(dim)].map(([term, by]) => ({ names: term === '' ? [] : term.split(TIMES), by }));
}
