import type { Dim, Shape } from './graph';

// Sizes are numbers or names. Sums of names are kept in a normal form ("length + past") so that equal sizes compare equal.

export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  const terms = [a, b].flatMap((dim) => String(dim).split(' + '));
  const constant = terms.reduce((sum, term) => sum + (Number(term) || 0), 0);
  const names = terms.filter((term) => Number.isNaN(Number(term))).sort();
  return [...names, ...(constant ? [String(constant)] : [])].join(' + ');
}

/** Product of a shape's part; symbolic factors are written out ("3 * length"). */
export function multiplyDims(dims: Shape): Dim {
  const factors = dims.flatMap((dim) =>
    typeof dim === 'number' ? [dim] : splitTop(dim, '*').map(parseTerm),
  );
  // A quotient of products may pass through fractions such as 1/3; sizes are whole.
  const constant =
    Math.round(
      factors.reduce<number>((product, f) => (typeof f === 'number' ? product * f : product), 1) * 1e6,
    ) / 1e6;
  const names = factors
    .filter((factor) => typeof factor === 'string')
    .map((name) => (name.includes(' + ') ? `(${name})` : name));
  if (names.length === 0 || constant === 0) return constant;
  if (names.length === 1 && constant === 1) return names[0]!.replace(/^\((.*)\)$/, '$1');
  return [...(constant === 1 ? [] : [String(constant)]), ...names.sort()].join(' * ');
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

/** Value of a size in the forms that addDims and multiplyDims write. */
export function evaluateDim(dim: Dim, sizes: Readonly<Record<string, number>>): number {
  if (typeof dim === 'number') return dim;
  const known = sizes[dim];
  if (known !== undefined) return known;
  const sum = splitTop(dim, '+');
  if (sum.length > 1) return sum.reduce((total, term) => total + evaluateDim(parseTerm(term), sizes), 0);
  const product = splitTop(dim, '*');
  if (product.length > 1)
    return product.reduce((total, term) => total * evaluateDim(parseTerm(term), sizes), 1);
  throw new Error(`size "${dim}" is not known`);
}

function parseTerm(term: string): Dim {
  const bare = term.startsWith('(') && term.endsWith(')') ? term.slice(1, -1) : term;
  return Number.isNaN(Number(bare)) ? bare : Number(bare);
}

function splitTop(text: string, operator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (depth === 0 && text.startsWith(` ${operator} `, i)) {
      parts.push(text.slice(start, i));
      start = i + 3;
    }
  }
  return [...parts, text.slice(start)];
}
