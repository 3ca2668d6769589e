import { microBatches } from '../../src/engine/prompt/batches';
import type { RowContext, TokenBatch } from '../../src/engine/prompt/tokenRow';
import { MICRO_BATCH_TOKENS } from '../../src/engine/tuning/trainingRows';
import type { EncodedRow } from './stepBatches';

/** Rows with the virtual tokens before their last tokens: what stands before is a context, found again by its text. */
export class FrozenRows {
  private readonly shared = new Int32Array();
  private readonly known = new Map<string, RowContext>();

  /** @param behind tokens of a row that follow the virtual ones */
  constructor(
    private readonly virtualTokens: number,
    private readonly behind: number,
  ) {}

  context({ tokens }: EncodedRow): RowContext {
    const own = tokens.slice(0, -this.behind);
    const key = own.join();
    const known = this.known.get(key) ?? { shared: this.shared, own };
    this.known.set(key, known);
    return known;
  }

  /** As `stepBatches`: a step's cost no longer depends on how long its texts are. */
  batches(rows: readonly EncodedRow[]): TokenBatch[] {
    const lengths = rows.map(() => this.virtualTokens + this.behind);
    return microBatches(lengths, { maxTokens: MICRO_BATCH_TOKENS }).map((part) => ({
      rows: part.map((i) => ({
        tokens: rows[i]!.tokens.slice(-this.behind),
        context: this.context(rows[i]!),
      })),
      readouts: part.map((i, row) => ({ row, position: this.behind - 1, target: rows[i]!.label })),
    }));
  }
}
