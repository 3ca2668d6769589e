import { l10n } from '../../../protocol/l10n';
import { specialise } from '../../graph/fold/specialise';
import { type Graph, type Initializer, intAttribute, type Node, type TensorType } from '../../graph/graph';
import type { OnnxModel } from '../../graph/readOnnx';
import { SIZES } from '../languageModel';
import { type Example, type ExampleContext, type ExampleSizes, evaluateExample, fillOther } from './examples';
import type { InputRoles } from './inputRoles';
import { openEmbedding } from './openEmbedding';
import { type TokenLookup, tokenLookup } from './tokenLookup';
import { takeOriginal, unsupported, whichToExport } from './unsupported';

/** Values that are computed beforehand have at most as many elements. */
const FOLDED = 1024;

/** The graph in names of sizes, and a way to work it out for sizes in numbers. */
export function fixSizes(
  model: OnnxModel,
  roles: InputRoles,
  read: (initializer: Initializer) => Uint8Array,
) {
  let lookup: TokenLookup | undefined;
  const isWeight = (value: string) => model.graph.initializers.has(value);
  const cut = (node: Node, graph: Graph) => {
    const found = tokenLookup(node, graph, roles.tokens, isWeight);
    lookup ??= found?.lookup;
    return found?.type;
  };
  const run = (headSize: number | string) => {
    const inputs = symbolicInputs(model.graph, roles, headSize);
    return {
      inputs,
      specialised: specialise(model, { inputs, cut, rewrite: openEmbedding, read, largest: FOLDED }),
    };
  };
  let headSize: number | string = 'headSize';
  let first = run(headSize);
  // Some exporters leave the size of a head open in the cache's type.
  if (usesHeadSize(first.inputs)) {
    headSize = headSizeOf(first.specialised.graph, roles);
    first = run(headSize);
  }
  if (!lookup) {
    const message = l10n`No operator takes rows of an embedding table by its token ids.`;
    throw unsupported(message, undefined, whichToExport());
  }
  const caches = [...roles.past, ...roles.source].flatMap(({ keys, values }) => [keys, values]);
  if (roles.sourceStates) caches.push(roles.sourceStates);
  const cacheTypes = new Map(caches.map((name): [string, TensorType] => [name, first.inputs.get(name)!]));
  const context: ExampleContext = { model, roles, read, cut, cacheTypes };
  return {
    specialised: first.specialised,
    lookup,
    example: (...sizes: ExampleSizes[]): Example => evaluateExample(context, sizes),
  };
}

function symbolicInputs(graph: Graph, roles: InputRoles, headSize: number | string): Map<string, TensorType> {
  const inputs = new Map<string, TensorType>();
  const total = roles.past.length > 0 ? `${SIZES.length} + ${SIZES.past}` : SIZES.length;
  const declare = (name: string | undefined, shape: TensorType['shape']) => {
    if (name) inputs.set(name, { type: graph.typeOf(name).type, shape });
  };
  declare(roles.tokens, [SIZES.rows, SIZES.length]);
  declare(roles.positions, [SIZES.rows, SIZES.length]);
  declare(roles.segments, [SIZES.rows, SIZES.length]);
  declare(roles.attentionMask, [SIZES.rows, total]);
  for (const name of roles.past.flatMap(({ keys, values }) => [keys, values])) {
    const [, heads, , size] = graph.shapeOf(name);
    declare(name, [SIZES.rows, heads!, SIZES.past, typeof size === 'number' && size > 0 ? size : headSize]);
  }
  declare(roles.sourceMask, [SIZES.rows, SIZES.source]);
  for (const name of roles.source.flatMap(({ keys, values }) => [keys, values])) {
    const [, heads, , size] = graph.shapeOf(name);
    declare(name, [SIZES.rows, heads!, SIZES.source, size!]);
  }
  if (roles.sourceStates) {
    declare(roles.sourceStates, [SIZES.rows, SIZES.source, graph.shapeOf(roles.sourceStates)[2] ?? 0]);
  }
  for (const name of roles.others) declare(name, graph.shapeOf(name));
  const fill = (name: string, shape: number[], of: (index: number) => number) => {
    const elements = Array.from({ length: shape.length === 0 ? 1 : shape[0]! }, (_, i) => of(i));
    inputs.set(name, { ...graph.typeOf(name), shape, elements } as TensorType);
  };
  for (const name of roles.others) fillOther(name, graph, fill);
  if (roles.useCache)
    fill(
      roles.useCache,
      graph.shapeOf(roles.useCache).map(() => 1),
      () => 1,
    );
  return inputs;
}

function usesHeadSize(inputs: ReadonlyMap<string, TensorType>): boolean {
  return [...inputs.values()].some(({ shape }) => shape.includes('headSize'));
}

/** From the width of the queries of an attention that has its heads as attributes. */
function headSizeOf(graph: Graph, { past }: InputRoles): number {
  const node = graph.nodes.find(({ inputs }) => inputs.includes(past[0]!.keys));
  const heads = node ? intAttribute(node, 'num_heads', 0) : 0;
  if (!node || heads === 0)
    throw unsupported(l10n`The size of its attention heads is not known.`, node?.name, takeOriginal());
  const width = Number(graph.shapeOf(node.inputs[0]!).at(-1));
  const packed = !node.inputs[1];
  return width / (packed ? heads + 2 * intAttribute(node, 'kv_num_heads', heads) : heads);
}
