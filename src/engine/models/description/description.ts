import { type ErrorCode, SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import type { ModelSummary, Obstacle } from '../../../protocol/models';
import { type Refusal, RefusalError } from '../refusals';

/** What a model's header tells of it. */
export type ModelDescription = Pick<
  ModelSummary,
  'architecture' | 'kind' | 'format' | 'parameters' | 'quantisation' | 'licence' | 'size' | 'obstacle'
>;

const KINDS: Partial<Record<ErrorCode, Obstacle['kind']>> = {
  'model-unsupported': 'unsupported',
  'model-missing': 'incomplete',
};

/** Anything that went wrong while a model was looked at, as a reason not to tune it. */
export function obstacleOf(error: unknown): Obstacle {
  if (error instanceof RefusalError) return refused(error.refusal);
  if (error instanceof SoftpromptError) {
    const { hint } = error.details;
    const reason = sentence(error.message);
    return { kind: KINDS[error.code] ?? 'broken', reason, ...(hint && { hint }) };
  }
  return { kind: 'broken', reason: l10n`It cannot be read: ${(error as Error).message}.` };
}

export function refused({ reason, hint }: Refusal): Obstacle {
  return { kind: 'unsupported', reason: sentence(`${reason}.`), hint };
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The name that stands for most of the bytes. */
export function mostOf(bytesByName: ReadonlyMap<string, number>): string | undefined {
  return [...bytesByName].sort((a, b) => b[1] - a[1])[0]?.[0];
}

export function addTo(sums: Map<string, number>, name: string, amount: number): void {
  sums.set(name, (sums.get(name) ?? 0) + amount);
}

export const product = (shape: readonly number[]): number =>
  shape.reduce((total, length) => total * length, 1);
