import type { GraphBuilder } from '../../graph/builder';
import { addDims } from '../../graph/dims';
import type { ElementType, Shape } from '../../graph/graph';
import { SIZES, type SideInput, type SidePort } from '../languageModel';

/**
 * Inputs that an imported graph gets in place of the exporter's masks, positions and lengths; made when first asked
 * for.
 */
export class ImportPorts {
  readonly list: SidePort[] = [];
  private readonly names = new Map<string, string>();

  constructor(
    private readonly build: GraphBuilder,
    private readonly cached: boolean,
  ) {}

  mask(window?: number): string {
    const total = this.cached ? addDims(SIZES.length, SIZES.past) : SIZES.length;
    const shape = [SIZES.maskRows, 1, SIZES.length, total];
    return this.port(window === undefined ? 'mask' : `mask of window ${window}`, 'float32', shape, {
      kind: 'mask',
      window,
    });
  }

  /** For attention to what an encoder has read. */
  sourceMask(): string {
    return this.port('sourceMask', 'float32', [SIZES.rows, 1, 1, SIZES.source], { kind: 'sourceMask' });
  }

  positions(): string {
    return this.port('positions', 'int64', [SIZES.rows, SIZES.length], { kind: 'positions' });
  }

  rowsShape(): string | undefined {
    return this.cached ? this.port('rowsShape', 'int64', [4], { kind: 'rowsShape' }) : undefined;
  }

  private port(wanted: string, type: ElementType, shape: Shape, input: SideInput): string {
    const known = this.names.get(wanted);
    if (known) return known;
    // The exporter may have called something of its own so.
    let name = wanted;
    while (this.build.graph.values.has(name)) name = `our ${name}`;
    this.build.input(name, type, shape);
    this.names.set(wanted, name);
    this.list.push({ ...input, name });
    return name;
  }
}
