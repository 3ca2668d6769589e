import type { GraphBuilder } from '../graph/builder';
import type { TensorType } from '../graph/graph';

/**
 * Sizes and shapes as values. Those that are known only at run time are read off `sources`, the gradients that come in,
 * where these have them: they are at hand anyway, while a forward value would have to be kept for its shape alone.
 */
export class Sizes {
  private readonly made = new Map<string, string>();

  constructor(
    private readonly build: GraphBuilder,
    private readonly sources: readonly string[],
  ) {}

  /** One size of a value: int64[1]. */
  size(value: string, axis: number): string {
    const size = this.build.graph.shapeOf(value)[axis]!;
    if (typeof size === 'number') return this.build.ints([size]);
    const source = this.sourceOf(size);
    return source ? this.read(source.value, source.axis) : this.read(value, axis);
  }

  /** The shape of a value: int64[rank]. */
  shape(value: string): string {
    const { build } = this;
    const shape = build.graph.shapeOf(value);
    const sizes = shape.filter((size) => typeof size === 'number');
    if (sizes.length === shape.length) return build.ints(sizes);
    const known = shape.every((size) => typeof size === 'number' || this.sourceOf(size));
    return this.once(known ? `shape ${shape.join(', ')}` : `shape of ${value}`, () => {
      const types = [ints(shape.length)];
      if (!known) return build.add('Shape', [value], { types });
      const parts = shape.map((_, axis) => this.size(value, axis));
      return build.add('Concat', parts, { attributes: { axis: 0 }, types });
    });
  }

  private sourceOf(size: string): { value: string; axis: number } | undefined {
    for (const value of this.sources) {
      const axis = this.build.graph.shapeOf(value).indexOf(size);
      if (axis >= 0) return { value, axis };
    }
    return undefined;
  }

  private read(value: string, axis: number): string {
    return this.once(`size ${axis} of ${value}`, () =>
      this.build.add('Shape', [value], {
        attributes: { start: axis, end: axis + 1 },
        types: [ints(1)],
      }),
    );
  }

  private once(key: string, make: () => string): string {
    const known = this.made.get(key) ?? make();
    this.made.set(key, known);
    return known;
  }
}

const ints = (count: number): TensorType => ({ type: 'int64', shape: [count] });
