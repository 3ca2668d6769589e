import type { Problem } from '../../protocol/dataset';
import { l10n } from '../../protocol/l10n';
import { MAX_LISTED_PROBLEMS } from './limits';

/** Collects problems; of each kind the first hundred are kept one by one, and the rest are counted in a last entry. */
export class ProblemList {
  private readonly listed: Problem[] = [];
  private readonly counts = new Map<string, number>();

  add(problem: Problem): void {
    const count = (this.counts.get(problem.kind) ?? 0) + 1;
    this.counts.set(problem.kind, count);
    if (count <= MAX_LISTED_PROBLEMS) this.listed.push(problem);
  }

  list(): Problem[] {
    const more: Problem[] = [];
    for (const [kind, count] of this.counts) {
      if (count <= MAX_LISTED_PROBLEMS) continue;
      const { severity, place } = this.listed.find((problem) => problem.kind === kind)!;
      const rest = count - MAX_LISTED_PROBLEMS;
      more.push({
        severity,
        kind,
        message: l10n`And ${rest} more of this kind.`,
        place: { file: place.file },
      });
    }
    return [...this.listed, ...more];
  }
}
