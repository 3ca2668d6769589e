import { countOf, type Known } from '../../graph/fold/known';
import { specialise } from '../../graph/fold/specialise';
import type { ElementType, Graph, Initializer, Node, TensorType } from '../../graph/graph';
import type { OnnxModel } from '../../graph/readOnnx';
import type { InputRoles } from './inputRoles';
import { openEmbedding } from './openEmbedding';

/** Sizes that an exported graph is worked out for, to see what its masks and positions look like. */
export interface ExampleSizes {
  rows: number;
  length: number;
  past: number;
}

/** What of a graph does not depend on the embeddings, worked out for an example. */
export interface Example extends ExampleSizes {
  known: ReadonlyMap<string, Known>;
}

/** Who may look at whom: a token at those before it, or at all; and how far back, itself included. */
export interface MaskPattern {
  causal: boolean;
  window?: number;
}

/** Ids that stand for nothing special in any vocabulary that we know of. */
const TOKENS = [11, 12, 13];
/** Tokens that an encoder has read. */
const SOURCE = 7;
/** Masks and tables of positions are evaluated; 4 million elements take a second or so. */
const LARGEST = 2 ** 22;

export interface ExampleContext {
  model: OnnxModel;
  roles: InputRoles;
  read(initializer: Initializer): Uint8Array;
  cut(node: Node, graph: Graph): TensorType | undefined;
  /** Type of each cache input, in named sizes. */
  cacheTypes: ReadonlyMap<string, TensorType>;
}

/**
 * Evaluates the graph with all tokens real and positions counted on from the past, for the first of several sizes
 * that the model has room for.
 */
export function evaluateExample(context: ExampleContext, sizes: readonly ExampleSizes[]): Example {
  const [first, ...others] = sizes as [ExampleSizes, ...ExampleSizes[]];
  const { known, failures } = evaluateFor(context, first);
  const failed = context.model.graph.outputs.some((output) => failures.has(output));
  return failed && others.length > 0 ? evaluateExample(context, others) : { ...first, known };
}

function evaluateFor(context: ExampleContext, sizes: ExampleSizes) {
  const { model, roles } = context;
  const inputs = new Map<string, TensorType | Known>();
  const { rows, length, past } = sizes;
  const fill = (name: string | undefined, shape: number[], of: (index: number) => number) => {
    if (!name) return;
    const { type } = model.graph.typeOf(name);
    inputs.set(name, {
      type: type as ElementType,
      shape,
      elements: Array.from({ length: countOf(shape) }, (_, i) => of(i)),
    });
  };
  fill(roles.tokens, [rows, length], (i) => TOKENS[i % TOKENS.length]!);
  fill(roles.attentionMask, [rows, length + past], () => 1);
  fill(roles.positions, [rows, length], (i) => past + (i % length));
  fill(roles.segments, [rows, length], () => 0);
  fill(roles.sourceMask, [rows, SOURCE], () => 1);
  fill(
    roles.useCache,
    model.graph.typeOf(roles.useCache ?? roles.tokens).shape.length === 1 ? [1] : [],
    () => 1,
  );
  for (const name of roles.others) fillOther(name, model.graph, fill);
  for (const [name, { type, shape }] of context.cacheTypes) {
    const named: Record<string, number> = { rows, past, source: SOURCE };
    inputs.set(name, {
      type,
      shape: shape.map((dim) => (typeof dim === 'string' ? (named[dim] ?? 1) : dim)),
    });
  }
  return specialise(model, {
    inputs,
    cut: context.cut,
    rewrite: openEmbedding,
    read: context.read,
    largest: LARGEST,
  });
}

/** Whether a mask over what an encoder has read hides nothing of it, where all is real. */
export function seesAll(examples: readonly Example[], name: string): boolean {
  return examples.every(({ known }) => known.get(name)?.elements.every((element) => element === 0));
}

/** Integers that say how many logits are wanted: 0 is all. Other inputs stay unknown. */
export function fillOther(
  name: string,
  graph: Graph,
  fill: (name: string, shape: number[], of: (index: number) => number) => void,
): void {
  const { type, shape } = graph.typeOf(name);
  if (type.startsWith('int') && shape.length <= 1)
    fill(
      name,
      shape.map(() => 1),
      () => 0,
    );
}

/** What is added to scores that must vanish is at least this low; half precision's lowest is -65,504. */
const HIDDEN = -10_000;

/**
 * The pattern of a mask in the examples, of which the first has several rows and tokens and the second, where there
 * is a cache, one token after very many. `seen` says what an element means. undefined: it is no mask, or one of
 * another form.
 */
export function maskPattern(
  examples: readonly Example[],
  name: string,
  seen: (element: number) => boolean | undefined = additive,
): MaskPattern | undefined {
  let pattern: MaskPattern | undefined;
  for (const example of examples) {
    const value = example.known.get(name);
    const found = value && patternOf(example, value, seen);
    if (!found) return undefined;
    pattern = pattern
      ? { causal: pattern.causal || found.causal, window: found.window ?? pattern.window }
      : found;
  }
  return pattern;
}

const additive = (element: number) => (element === 0 ? true : element <= HIDDEN ? false : undefined);

function patternOf(
  { length, past }: ExampleSizes,
  { shape, elements }: Known,
  seen: (element: number) => boolean | undefined,
): MaskPattern | undefined {
  const total = length + past;
  const width = shape.at(-1) ?? 1;
  const height = shape.at(-2) ?? 1;
  if ((width !== total && width !== 1) || (height !== length && height !== 1)) return undefined;
  const blocks = elements.length / (width * height);
  const sees = (block: number, i: number, j: number) =>
    seen(Number(elements[(block * height + (height === 1 ? 0 : i)) * width + (width === 1 ? 0 : j)]));
  // A token does not see the next one.
  const causal = length > 1 && sees(0, 0, past + 1) === false;
  // How far back the last token sees.
  let window = 0;
  while (window < total && sees(0, length - 1, total - 1 - window)) window++;
  // Where all see each other's neighbours, the last token sees as far back as the first sees ahead.
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < length; i++) {
      const at = past + i;
      for (let j = 0; j < total; j++) {
        const near = Math.abs(at - j) < window;
        if (sees(block, i, j) !== (near && (!causal || j <= at))) return undefined;
      }
    }
  }
  return window < total ? { causal, window } : { causal };
}
