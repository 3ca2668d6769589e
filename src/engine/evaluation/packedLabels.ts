/**
 * Label token sequences laid out as branches after a row, so that one pass scores them all. The last token of a label
 * is only ever a target, and labels that begin alike share tokens and readouts.
 */
export interface PackedLabels {
  /** Appended to the row's tokens; `branches[i]` is the branch (from 1) of `tokens[i]`. */
  tokens: Int32Array;
  branches: Int32Array;
  /**
   * Each distinct (place, target) once. `after` is the place relative to the row's end: -1 is the row's last token,
   * 0 the first token appended.
   */
  readouts: { after: number; target: number }[];
  /** The labels scored here: index into the labels, and the readouts whose log-probabilities add up to its score. */
  labels: { label: number; readouts: number[] }[];
}

/** Tokens and readouts appended to one row at most; more labels than that take several passes. */
export const PACK_TOKENS = 512;
const PACK_READOUTS = 512;

/**
 * Packs all labels into as few passes as the limits allow: one, unless there are hundreds of labels. `room`: tokens that
 * may be appended, except for a label alone; 0 keeps labels apart.
 */
export function packLabels(labels: readonly (readonly number[])[], room = PACK_TOKENS): PackedLabels[] {
  const packs: PackedLabels[] = [];
  let pack = new LabelPacker(room);
  // Longer labels first: a label that is the beginning of another finds its place already there.
  const order = labels
    .map((_, label) => label)
    .sort((a, b) => labels[b]!.length - labels[a]!.length || a - b);
  for (const label of order) {
    if (!pack.fits(labels[label]!)) {
      packs.push(pack.finish());
      pack = new LabelPacker(room);
    }
    pack.add(label, labels[label]!);
  }
  packs.push(pack.finish());
  return packs;
}

class LabelPacker {
  private readonly tokens: number[] = [];
  private readonly branches: number[] = [];
  private readonly readouts: { after: number; target: number }[] = [];
  private readonly labels: { label: number; readouts: number[] }[] = [];
  private branch = 0;
  /** Where the token after a beginning of a label is read; the empty beginning is the row itself. */
  private readonly places = new Map<string, number>([['', -1]]);
  private readonly readoutIndex = new Map<string, number>();

  constructor(private readonly room: number) {}

  fits(label: readonly number[]): boolean {
    return (
      this.labels.length === 0 ||
      (this.tokens.length + label.length - 1 <= this.room &&
        this.readouts.length + label.length <= PACK_READOUTS)
    );
  }

  add(label: number, sequence: readonly number[]): void {
    const inputs = sequence.slice(0, -1);
    if (!this.places.has(inputs.join())) this.append(inputs);
    const readouts = sequence.map((target, index) => {
      const after = this.places.get(sequence.slice(0, index).join())!;
      return this.readout(after, target);
    });
    this.labels.push({ label, readouts });
  }

  finish(): PackedLabels {
    // Readouts of one place stand together: its logits over the vocabulary need computing only once.
    const order = this.readouts.map((_, index) => index);
    order.sort((a, b) => this.readouts[a]!.after - this.readouts[b]!.after || a - b);
    const moved = new Map(order.map((from, to) => [from, to]));
    return {
      tokens: Int32Array.from(this.tokens),
      branches: Int32Array.from(this.branches),
      readouts: order.map((index) => this.readouts[index]!),
      labels: this.labels.map(({ label, readouts }) => ({
        label,
        readouts: readouts.map((readout) => moved.get(readout)!),
      })),
    };
  }

  private append(inputs: readonly number[]): void {
    this.branch += 1;
    inputs.forEach((token, index) => {
      const beginning = inputs.slice(0, index + 1).join();
      if (!this.places.has(beginning)) this.places.set(beginning, this.tokens.length);
      this.tokens.push(token);
      this.branches.push(this.branch);
    });
  }

  private readout(after: number, target: number): number {
    const key = `${after}:${target}`;
    let index = this.readoutIndex.get(key);
    if (index === undefined) {
      index = this.readouts.length;
      this.readouts.push({ after, target });
      this.readoutIndex.set(key, index);
    }
    return index;
  }
}
