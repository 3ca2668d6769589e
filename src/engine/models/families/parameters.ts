import type { Graph } from '../../graph/graph';
import type { LanguageModel } from '../languageModel';
import type { Parameter, Source } from './family';

/** A tensor of a file by its name there without `.weight` or `.bias`, `#` for the layer; with what is done to it. */
export type Place = string | (Omit<Source, 'tensor'> & { tensor: string });

/**
 * Where a file has our weights. Keys are our names without their ends, `#` for the layer: `layers.#.attention.query`. Our `.gain`
 * is `.weight` in files.
 */
export type Places = Readonly<Record<string, Place>>;

/** Every weight that some graphs of a model ask for, with its place in the files. Weights are named in one place: the graphs. */
export function parametersOf(
  { config, embeddings }: LanguageModel,
  graphs: readonly Graph[],
  sourceOf: (name: string) => Source,
): Parameter[] {
  const shapes = new Map([[embeddings, [config.vocabularySize, config.embeddingSize]]]);
  for (const { initializers } of graphs) {
    for (const { data, shape } of initializers.values()) {
      if (data.kind === 'checkpoint') shapes.set(data.tensor, [...shape] as number[]);
    }
  }
  return [...shapes].map(([name, shape]) => ({ name, shape, source: sourceOf(name) }));
}

/** Looks places up. `prefixes`: what may stand before every name of the file, tried in this order. */
export function sourcesIn(places: Places, prefixes: readonly string[] = ['']): (name: string) => Source {
  return (name) => {
    const layer = /^\w+\.(\d+)\./.exec(name)?.[1] ?? '';
    const end = /\.(weight|gain|bias)$/.exec(name)?.[1];
    const key = name.replace(/\.\d+\./, '.#.').replace(/\.(weight|gain|bias)$/, '');
    const place = places[key];
    if (place === undefined) throw new Error(`no place for the weight ${name}`);
    const { tensor, transpose, ...rest } = typeof place === 'string' ? { tensor: place } : place;
    const inFile = `${tensor.replace('#', layer)}.${end === 'bias' ? 'bias' : 'weight'}`;
    return {
      tensor: prefixes.map((prefix) => prefix + inFile),
      transpose: end === 'bias' ? false : transpose,
      ...rest,
    };
  };
}

/** Rows of a tensor from this one on: a part of several that are joined. */
export const rowsFrom = (first: number) => (row: number) => first + row;
