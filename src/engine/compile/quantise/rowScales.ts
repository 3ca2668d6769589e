import type { GraphBuilder } from '../../graph/builder';
import type { Node } from '../../graph/graph';

/** A value that is kept as `value`, each row multiplied with `inverse` [rows, length, 1]. */
export interface ScaledRows {
  value: string;
  inverse: string;
}

/**
 * Carries the scales of rows through a graph: what comes of a product of scaled rows stays scaled through everything that works
 * on rows by themselves, and is divided only where rows meet others, or where the factor is one number a row and a division
 * costs nothing.
 */
export class RowScales {
  private readonly scaled = new Map<string, ScaledRows>();

  constructor(
    private readonly build: GraphBuilder,
    /** Values that must be there by their own names. */
    private readonly outputs: ReadonlySet<string>,
  ) {}

  of(value: string): ScaledRows | undefined {
    return this.scaled.get(value);
  }

  /** Says that `value` of the old graph is `made` in the new one, its rows multiplied with `inverse`. */
  set(value: string, made: string, inverse: string | undefined): void {
    if (inverse === undefined) {
      this.rename(made, value);
      return;
    }
    this.scaled.set(value, { value: made, inverse });
    if (this.outputs.has(value)) this.plain(value);
  }

  /** The value itself: divided where it is scaled. */
  plain(value: string): string {
    const scaled = this.scaled.get(value);
    if (scaled) {
      this.rename(this.build.add('Div', [scaled.value, scaled.inverse]), value);
      this.scaled.delete(value);
    }
    return value;
  }

  /** Adds a node of the old graph. */
  add(node: Node): void {
    const carried = this.carry(node);
    if (carried) return;
    for (const input of node.inputs) this.plain(input);
    this.build.graph.nodes.push(node);
  }

  private carry(node: Node): boolean {
    const [output] = node.outputs as [string];
    const inverses = new Set(node.inputs.flatMap((input) => this.scaled.get(input)?.inverse ?? []));
    if (inverses.size !== 1) return false;
    const [inverse] = inverses as unknown as [string];
    const plain = node.inputs.filter((input) => !this.scaled.has(input));
    const copy = (inputs: string[]) => {
      const outputs = [`${output} by rows`];
      this.build.graph.values.set(outputs[0]!, this.build.graph.typeOf(output));
      this.build.graph.nodes.push({ ...node, inputs, outputs });
      return outputs[0]!;
    };
    const stored = () => node.inputs.map((input) => this.scaled.get(input)?.value ?? input);
    if (node.op === 'Mul' && plain.length === 1) {
      if (this.oneARow(plain[0]!) && !this.oneARow(output)) {
        const factor = this.build.add('Div', [plain[0]!, inverse]);
        this.build.graph.nodes.push({
          ...node,
          inputs: node.inputs.map((input) => this.scaled.get(input)?.value ?? factor),
        });
        return true;
      }
      // A narrow scaled value against a wide plain one: dividing the narrow one is cheap.
      const narrow = node.inputs.some((input) => this.scaled.has(input) && this.oneARow(input));
      if (narrow && !this.oneARow(output)) return false;
      this.set(output, copy(stored()), inverse);
      return true;
    }
    if ((node.op === 'Add' || node.op === 'Sub') && plain.length === 0) {
      this.set(output, copy(stored()), inverse);
      return true;
    }
    if ((node.op === 'ReduceMean' || node.op === 'ReduceSum') && this.oneARow(output)) {
      this.set(output, copy(stored()), inverse);
      return true;
    }
    return false;
  }

  private oneARow(value: string): boolean {
    const { graph } = this.build;
    return graph.shapeOf(value).length > 1 && graph.shapeOf(value).at(-1) === 1;
  }

  private rename(made: string, value: string): void {
    const node = this.build.graph.nodes.at(-1)!;
    if (node.outputs[0] !== made) throw new Error(`${made} is not the last value made`);
    node.outputs[0] = value;
  }
}
