import type { GraphBuilder } from '../../graph/builder';
import type { KeyValuePorts } from '../languageModel';
import { linear, swapHeads } from './blocks';
import { attend, type SelfAttention } from './selfAttention';
import type { SidePorts } from './sidePorts';

// A decoder's look at what the encoder has read. Weights are `name.query`, `.key`, `.value`, `.output`.

/**
 * Keys and values of the encoder's states, [rows, heads, length, head size].
 *
 * @param states [rows, length, hidden size]
 */
export function sourceKeysAndValues(
  build: GraphBuilder,
  a: SelfAttention,
  states: string,
  name: string,
): KeyValuePorts {
  const { heads, headSize, hiddenSize } = a;
  const project = (part: string) => {
    const size = [heads * headSize, hiddenSize] as const;
    const flat = linear(build, states, `${name}.${part}`, { size, bias: a.inputBias });
    return swapHeads(build, build.add('Reshape', [flat, build.ints([0, 0, heads, headSize])]));
  };
  return { keys: project('key'), values: project('value') };
}

/** @param value [rows, length, hidden size], normalised already where the family does so */
export function sourceAttention(
  build: GraphBuilder,
  side: SidePorts,
  a: SelfAttention,
  { name, value, source }: { name: string; value: string; source: KeyValuePorts },
): string {
  const { heads, headSize, hiddenSize } = a;
  const size = [heads * headSize, hiddenSize] as const;
  const flat = linear(build, value, `${name}.query`, { size, bias: a.inputBias });
  const queries = swapHeads(build, build.add('Reshape', [flat, build.ints([0, 0, heads, headSize])]));
  const mixed = attend(build, a, { queries, ...source, mask: side.sourceMask() });
  return linear(build, mixed, `${name}.output`, {
    size: [hiddenSize, heads * headSize],
    bias: a.outputBias,
  });
}
