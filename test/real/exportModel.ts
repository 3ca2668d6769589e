import { open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { GraphBuilder } from '../../src/engine/graph/builder';
import { floatsInitializer } from '../../src/engine/graph/constants';
import type { Node } from '../../src/engine/graph/graph';
import { writeOnnx } from '../../src/engine/graph/writeOnnx';
import type { Checkpoint } from '../../src/engine/models/checkpoint';
import { type RotaryTable, SIZES, type Stage } from '../../src/engine/models/languageModel';

/**
 * Writes a decoder as one ONNX file that stands alone, as exporters do: token ids, positions and a cache go in, masks
 * are made inside, logits and the cache come out. The weights go to a file beside it.
 */
export async function exportModel(checkpoint: Checkpoint, file: string): Promise<void> {
  const { model, config } = checkpoint;
  const stage = model.stage(0, config.layers);
  const build = new GraphBuilder(stage.graph);
  const before = stage.graph.nodes.splice(0);
  const tokens = build.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const table = build.weight(model.embeddings, [config.vocabularySize, config.embeddingSize]);
  build.graph.inputs.splice(build.graph.inputs.indexOf(stage.ports.hidden), 1);
  let vectors = build.add('Gather', [table, tokens], { types: [build.graph.typeOf(stage.ports.hidden)] });
  if (model.embeddingScale) vectors = build.add('Mul', [vectors, build.scalar(model.embeddingScale)]);
  alias(build, vectors, stage.ports.hidden);
  for (const port of stage.ports.side) {
    if (port.kind === 'positions') continue;
    build.graph.inputs.splice(build.graph.inputs.indexOf(port.name), 1);
    if (port.kind === 'rowsShape') alias(build, rowsShape(build, tokens), port.name);
    else if (port.kind === 'mask') alias(build, causalMask(build, stage, tokens), port.name);
    else if (port.kind === 'cosines' || port.kind === 'sines') {
      const rotary = model.rotary[port.table]!;
      build.graph.initializers.set(port.name, angles(rotary, config.contextLength, port.kind));
    }
  }
  build.graph.nodes.push(...withoutFirstRow(before));
  addHead(build, checkpoint, stage.ports.output);
  await placeWeights(build, checkpoint, `${file}_data`);
  await writeFile(file, writeOnnx(build.graph));
}

/** The nodes without the part in which rows look back at the first one, which exporters do not know. */
function withoutFirstRow(nodes: readonly Node[]): Node[] {
  const parts = new Set<string>();
  return nodes.flatMap((node) => {
    if (node.inputs.includes('sharedEnd') || (node.op === 'Expand' && parts.has(node.inputs[0]!))) {
      parts.add(node.outputs[0]!);
      return [];
    }
    return { ...node, inputs: node.inputs.filter((input) => !parts.has(input)) };
  });
}

/** Calls a value by another name too. */
function alias(build: GraphBuilder, value: string, name: string): void {
  build.graph.nodes.push({
    name: `${name} made`,
    op: 'Identity',
    domain: '',
    inputs: [value],
    outputs: [name],
    attributes: {},
  });
}

const sizeOf = (build: GraphBuilder, value: string, axis: number) =>
  build.add('Shape', [value], {
    attributes: { start: axis, end: axis + 1 },
    types: [{ type: 'int64', shape: [1] }],
  });

function rowsShape(build: GraphBuilder, tokens: string): string {
  return build.add('Concat', [sizeOf(build, tokens, 0), build.ints([1, 1, 1])], { attributes: { axis: 0 } });
}

/** A token at past + i sees what stands at 0 to past + i. */
function causalMask(build: GraphBuilder, stage: Stage, tokens: string): string {
  const places = (value: string, size: string) => ({
    types: [{ type: 'int64' as const, shape: [size] }],
    name: value,
  });
  const scalar = (value: string) => build.add('Squeeze', [value, build.ints([0])]);
  const [zero, one] = [scalar(build.ints([0])), scalar(build.ints([1]))];
  const past = sizeOf(build, stage.ports.past[0]!.keys, 2);
  const length = sizeOf(build, tokens, 1);
  const total = scalar(build.add('Add', [past, length]));
  const keys = build.add('Range', [zero, total, one], places('keys', `${SIZES.length} + ${SIZES.past}`));
  const queries = build.add('Range', [scalar(past), total, one], places('queries', SIZES.length));
  const seen = build.add('LessOrEqual', [keys, build.add('Unsqueeze', [queries, build.ints([1])])]);
  const mask = build.add('Where', [seen, build.scalar(0), build.scalar(-1e9)]);
  return build.add('Unsqueeze', [mask, build.ints([0, 1])]);
}

function angles({ frequencies, scale }: RotaryTable, places: number, kind: 'cosines' | 'sines') {
  const turn = kind === 'cosines' ? Math.cos : Math.sin;
  const width = frequencies.length;
  const values = Float32Array.from(
    { length: places * width },
    (_, i) => scale * turn(Math.floor(i / width) * frequencies[i % width]!),
  );
  return floatsInitializer(values, [places, width]);
}

function addHead(build: GraphBuilder, { model }: Checkpoint, states: string): void {
  const { graph, ports } = model.head('all');
  const names = new Map([[ports.hidden, states]]);
  for (const [name, initializer] of graph.initializers) {
    const shared = build.graph.initializers.has(name) && initializer.data.kind === 'checkpoint';
    names.set(name, shared ? name : build.initializer(name, initializer));
  }
  for (const node of graph.nodes) {
    const made = build.addMany(
      node.op,
      node.inputs.map((input) => names.get(input)!),
      {
        domain: node.domain,
        attributes: node.attributes,
        outputs: node.outputs.length,
      },
    );
    node.outputs.forEach((output, i) => {
      names.set(output, made[i]!);
    });
  }
  alias(build, names.get(ports.logits)!, 'logits');
  build.graph.values.set('logits', build.graph.typeOf(names.get(ports.logits)!));
  build.graph.outputs.unshift('logits');
}

async function placeWeights(build: GraphBuilder, checkpoint: Checkpoint, file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    let offset = 0;
    for (const [name, initializer] of build.graph.initializers) {
      if (initializer.data.kind !== 'checkpoint') continue;
      const values = await checkpoint.weights.get(initializer.data.tensor)!.read();
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      await handle.write(bytes, 0, bytes.length, offset);
      const data = { kind: 'external' as const, file: basename(file), offset, length: bytes.length };
      build.graph.initializers.set(name, { ...initializer, data });
      offset += bytes.length;
    }
  } finally {
    await handle.close();
  }
}
