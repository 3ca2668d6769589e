import type { GraphBuilder } from '../../../src/engine/graph/builder';
import { floatsInitializer, intsInitializer } from '../../../src/engine/graph/constants';
import { type Attribute, MICROSOFT, type TensorType } from '../../../src/engine/graph/graph';
import type { RuleCase } from '../numericCheck';

/** Cases by operator and by name. */
export type RuleCases = Record<string, Record<string, RuleCase>>;

type Attributes = Record<string, number | readonly number[] | string | Attribute>;

/** Attributes by their plain values: integers, lists of integers, texts. */
export function attributesOf(values: Attributes): Record<string, Attribute | number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof value === 'string') return [name, { kind: 'string', value }];
      if (Array.isArray(value)) return [name, { kind: 'ints', value }];
      return [name, value as Attribute | number];
    }),
  );
}

export const float = (value: number) => ({ kind: 'float' as const, value });

/** A node of the standard domain on the given inputs; lists among them become int64 constants, '' is left out. */
export const node =
  (op: string, inputs: readonly (string | readonly number[])[], attributes: Attributes = {}, domain = '') =>
  (b: GraphBuilder): string =>
    b.add(
      op,
      inputs.map((input) => (typeof input === 'string' ? input : b.ints(input))),
      { domain, attributes: attributesOf(attributes) },
    );

/** The same for onnxruntime's own operators. */
export const fusedNode = (
  op: string,
  inputs: readonly (string | readonly number[])[],
  attributes: Attributes = {},
) => node(op, inputs, attributes, MICROSOFT);

/** A case of one input. */
export const one = (shape: number[], build: RuleCase['build'], rest: Partial<RuleCase> = {}): RuleCase => ({
  inputs: { x: shape },
  build,
  ...rest,
});

/** A case of two inputs, x and y. */
export const two = (
  x: number[],
  y: number[],
  build: RuleCase['build'],
  rest: Partial<RuleCase> = {},
): RuleCase => ({ inputs: { x, y }, build, ...rest });

export const floatsConstant = (
  b: GraphBuilder,
  values: readonly number[],
  shape: readonly number[],
): string => b.initializer('constant', floatsInitializer(values, shape));

/** An int64 constant without axes. */
export const index = (b: GraphBuilder, value: number): string =>
  b.initializer('index', { ...intsInitializer([value]), shape: [] });

export function bytesConstant(
  b: GraphBuilder,
  type: 'uint8' | 'int8' | 'bool',
  values: readonly number[],
  shape: readonly number[],
): string {
  const bytes = Uint8Array.from(values, (value) => value & 255);
  return b.initializer('bytes', { type, shape, data: { kind: 'inline', bytes } });
}

export const typed = (type: TensorType['type'], shape: TensorType['shape']): TensorType => ({ type, shape });

/** The input as a value of which some sizes are known only when the graph runs. */
export const open = (b: GraphBuilder, shape: TensorType['shape']): string =>
  b.add('Identity', ['x'], { types: [typed('float32', shape)] });
