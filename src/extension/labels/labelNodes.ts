import type { LabelReview, SuspiciousLabel } from '../../protocol/labels';

/** A task whose labels were looked at, and one of its suspicious labels. */
export interface LabelTaskNode {
  kind: 'labels';
  review: LabelReview;
  labels: LabelNode[];
}
export interface LabelNode {
  kind: 'label';
  taskFile: string;
  label: SuspiciousLabel;
}

/** What the list shows, the most suspicious first: what is to be looked at, and where wanted, what was found right. */
export function labelNodes(reviews: readonly LabelReview[], withDismissed: boolean): LabelTaskNode[] {
  return reviews.map((review) => ({
    kind: 'labels',
    review,
    labels: review.labels
      .filter(({ state }) => state === 'open' || (withDismissed && state === 'dismissed'))
      .sort((a, b) => Number(a.state === 'dismissed') - Number(b.state === 'dismissed'))
      .map((label) => ({ kind: 'label', taskFile: review.taskFile, label })),
  }));
}

export function sameLabel(one: LabelNode, other: LabelNode): boolean {
  return (
    one.taskFile === other.taskFile &&
    one.label.file === other.label.file &&
    one.label.row === other.label.row
  );
}

/**
 * The next one to look at, or the previous, around the end. `last` may have been decided about since: then `lastIndex`, where
 * it stood, says where to go on.
 */
export function stepTo(
  open: readonly LabelNode[],
  last: { node: LabelNode; index: number } | undefined,
  step: 1 | -1,
): { node: LabelNode; index: number } | undefined {
  if (open.length === 0) return undefined;
  if (!last) return { node: open[0]!, index: 0 };
  const now = open.findIndex((node) => sameLabel(node, last.node));
  const next = now === -1 ? (step === 1 ? last.index : last.index - 1) : now + step;
  const index = (next + open.length) % open.length;
  return { node: open[index]!, index };
}
