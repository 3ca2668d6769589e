import type { GraphBuilder } from '../graph/builder';

type Term = string | number;

/** Arithmetic on the values of a graph, for formulas that read as in a book. Numbers become float32 scalars. */
export interface Formula {
  add(a: Term, b: Term): string;
  sub(a: Term, b: Term): string;
  mul(a: Term, b: Term): string;
  div(a: Term, b: Term): string;
  where(condition: string, a: Term, b: Term): string;
  equal(a: Term, b: Term): string;
  greater(a: Term, b: Term): string;
  /** A function of one value, by its operator. */
  of(operator: string, x: string): string;
}

export function formula(build: GraphBuilder): Formula {
  const value = (term: Term) => (typeof term === 'number' ? build.scalar(term) : term);
  const binary = (operator: string) => (a: Term, b: Term) => build.add(operator, [value(a), value(b)]);
  return {
    add: binary('Add'),
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('Div'),
    equal: binary('Equal'),
    greater: binary('Greater'),
    where: (condition, a, b) => build.add('Where', [condition, value(a), value(b)]),
    of: (operator, x) => build.add(operator, [x]),
  };
}
