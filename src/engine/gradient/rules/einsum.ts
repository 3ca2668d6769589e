import { l10n } from '../../../protocol/l10n';
import { stringAttribute } from '../../graph/graph';
import { type Rule, type RuleContext, refuse } from '../rule';

/**
 * Einsum of one or two operands whose gradient is an Einsum again: the operand's letters from the output's and
 * the other operand's. Refused where that does not hold: a letter that one operand alone has and the output has
 * not, a letter twice in a term (a diagonal), and letters that broadcast.
 */
export const einsum: Rule = (c) => {
  const equation = stringAttribute(c.node, 'equation', '').replaceAll(' ', '');
  const [left, right] = equation.split('->') as [string, string | undefined];
  const terms = left.split(',');
  const output = right ?? implicitOutput(terms);
  const reject = () => refuse(c, l10n`of the form ${equation}`);
  if (terms.length > 2 || [...terms, output].some((term) => hasRepeats(term))) reject();
  checkRanks(c, terms, output, reject);
  return terms.map((term, i) => {
    if (!c.wants(i)) return undefined;
    const others = terms.filter((_, j) => j !== i);
    const known = new Set([output, ...others].join(''));
    if ([...term].some((letter) => !known.has(letter))) reject();
    const inputs = [c.gradient()!, ...others.map((_, j) => c.input(j < i ? j : j + 1))];
    const value = `${[output, ...others].join(',')}->${term}`;
    return c.build.add('Einsum', inputs, {
      attributes: { equation: { kind: 'string', value } },
      types: [c.graph.typeOf(c.input(i))],
    });
  });
};

/** Without an arrow, the letters that come once, in alphabetical order. */
function implicitOutput(terms: readonly string[]): string {
  const all = terms.join('').replaceAll('...', '');
  const once = [...new Set(all)].filter((letter) => all.split(letter).length === 2).sort();
  return `${terms.some((term) => term.includes('...')) ? '...' : ''}${once.join('')}`;
}

function hasRepeats(term: string): boolean {
  const letters = term.replace('...', '');
  return new Set(letters).size < letters.length;
}

/** What an ellipsis stands for must be as long in every term, and equal letters must have equal sizes. */
function checkRanks(c: RuleContext, terms: readonly string[], output: string, reject: () => never): void {
  const shapes = [...terms.map((_, i) => c.shape(c.input(i))), c.shape(c.output(0))];
  const sizes = new Map<string, unknown>();
  const places: number[] = [];
  [...terms, output].forEach((term, i) => {
    const shape = shapes[i]!;
    const rest = shape.length - term.replace('...', '').length;
    places.push(rest);
    const names = term.replace('...', Array.from({ length: rest }, (_, at) => String(at)).join(''));
    [...names].forEach((name, axis) => {
      const size = sizes.get(name) ?? shape[axis];
      if (size !== shape[axis]) reject();
      sizes.set(name, size);
    });
  });
  if (places.some((rest) => rest !== places[0])) reject();
}
