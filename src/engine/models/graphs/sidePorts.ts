import type { GraphBuilder } from '../../graph/builder';
import { addDims } from '../../graph/dims';
import type { Dim, ElementType } from '../../graph/graph';
import { SIZES, type SideInput, type SidePort } from '../languageModel';

/** Inputs of a stage beside its hidden states, each made when it is first asked for. */
export class SidePorts {
  readonly list: SidePort[] = [];
  private readonly names = new Map<string, string>();

  constructor(
    private readonly build: GraphBuilder,
    /** Whether something stands before the rows in a cache of keys and values. */
    private readonly cached: boolean,
  ) {}

  positions(): string {
    return this.port('positions', 'int64', [SIZES.rows, SIZES.length], { kind: 'positions' });
  }

  rowsShape(): string {
    return this.port('rowsShape', 'int64', [4], { kind: 'rowsShape' });
  }

  sharedEnd(): string {
    return this.port('sharedEnd', 'int64', [2], { kind: 'sharedEnd' });
  }

  mask(window?: number): string {
    const shape = [SIZES.maskRows, 1, SIZES.length, this.total];
    const name = window === undefined ? 'mask' : `mask of window ${window}`;
    return this.port(name, 'float32', shape, { kind: 'mask', window });
  }

  sourceMask(): string {
    return this.port('sourceMask', 'float32', [SIZES.rows, 1, 1, SIZES.source], { kind: 'sourceMask' });
  }

  buckets(of: { count: number; furthest: number; bothWays: boolean }): string {
    const shape = [SIZES.bucketRows, SIZES.length, this.total];
    return this.port('buckets', 'int64', shape, { kind: 'buckets', ...of });
  }

  /** Tokens that a token may look at. */
  private get total(): Dim {
    if (!this.cached) return SIZES.length;
    return addDims(addDims(SIZES.length, SIZES.past), this.names.has('sharedEnd') ? SIZES.shared : 0);
  }

  /** Cosines and sines of a rotary table with this many frequencies. */
  rotary(table: number, frequencies: number): { cosines: string; sines: string } {
    const shape = [SIZES.places, frequencies];
    const port = (kind: 'cosines' | 'sines') =>
      this.port(table === 0 ? kind : `${kind} ${table}`, 'float32', shape, { kind, table });
    return { cosines: port('cosines'), sines: port('sines') };
  }

  port(name: string, type: ElementType, shape: readonly Dim[], input: SideInput): string {
    const known = this.names.get(name);
    if (known) return known;
    this.build.input(name, type, shape);
    this.names.set(name, name);
    this.list.push({ ...input, name });
    return name;
  }
}
