import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { Problem } from '../../protocol/dataset';
import { reportError } from '../../protocol/errors';
import type { LabelReview, SuspiciousLabel } from '../../protocol/labels';
import { writtenElsewhere } from '../dataset/datasetDocument';
import { exists } from '../exists';
import { isDatasetFile, isTaskFile, taskName } from '../files';
import type { Services } from '../services';
import { percent } from '../wording';

/** Saving pauses this long before datasets are compared with what was found. */
const QUIET_MILLISECONDS = 300;

/** What was found about the labels of the workspace's tasks, kept up with their datasets. */
export class LabelReviews implements vscode.Disposable {
  readonly #reviews = new Map<string, LabelReview>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #waiting: NodeJS.Timeout | undefined;
  #round = 0;

  readonly onChanged = this.#changed.event;

  constructor(private readonly softprompt: Pick<Services, 'host' | 'tasks' | 'log'>) {
    const soon = (): void => {
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => void this.refresh(), QUIET_MILLISECONDS);
    };
    this.#subscriptions = [
      softprompt.tasks.onChanged(soon),
      vscode.workspace.onDidGrantWorkspaceTrust(soon),
      vscode.workspace.onDidChangeTextDocument((change) => writtenElsewhere(change) && soon()),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (isDatasetFile(uri.fsPath) || isTaskFile(uri.fsPath)) soon();
      }),
    ];
    soon();
  }

  all(): readonly LabelReview[] {
    return [...this.#reviews.values()];
  }

  /** Suspicious labels of a file that nobody has decided about, as problems. */
  problemsOf(file: string): Problem[] {
    return this.all().flatMap(({ labels }) =>
      labels
        .filter((label) => label.file === file && label.state === 'open')
        .map((label) => ({
          severity: 'information',
          kind: 'suspicious-label',
          message: suspicion(label),
          place: { file, line: label.line, row: label.row },
        })),
    );
  }

  set(review: LabelReview): void {
    this.#round++; // what is being read is older
    this.#reviews.set(review.taskFile, review);
    this.#changed.fire();
  }

  /** A label where it stands now, as another program may have written its file; undefined where it is gone. */
  async upToDate(
    taskFile: string,
    { file, row, text, given }: SuspiciousLabel,
  ): Promise<SuspiciousLabel | undefined> {
    await this.refresh();
    const same = this.#reviews
      .get(taskFile)
      ?.labels.filter(
        (one) => one.file === file && one.text === text && one.given === given && one.state !== 'gone',
      );
    return same?.find((one) => one.row === row) ?? same?.[0];
  }

  /** Notes that a label is right, or takes that back. */
  async dismiss(taskFile: string, { file, row }: SuspiciousLabel, dismissed: boolean): Promise<void> {
    const { host } = this.softprompt;
    const review = await host.request('labels/dismiss', { taskFile, rows: [{ file, row }], dismissed });
    if (review) this.set(review);
  }

  /** Reads again what was kept; the host is only asked where there is something. */
  async refresh(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const { host, tasks, log } = this.softprompt;
    const round = ++this.#round;
    const found = new Map<string, LabelReview>();
    for (const { file } of await tasks.all()) {
      if (!(await exists(reviewFileOf(file)))) continue;
      try {
        const review = await host.request('labels/read', { taskFile: file });
        if (review) found.set(file, review);
      } catch (error) {
        log.warn(`Labels of ${file}: ${reportError(error).message}`);
      }
    }
    if (round !== this.#round) return;
    this.#reviews.clear();
    for (const [file, review] of found) this.#reviews.set(file, review);
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#waiting);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

/** Why a label is suspicious, in a sentence. */
export function suspicion({ given, predicted, confidence }: SuspiciousLabel): string {
  return vscode.l10n.t(
    'Labelled “{0}”, but a prompt tuned on other rows says “{1}” ({2}).',
    given,
    predicted,
    percent(confidence),
  );
}

function reviewFileOf(taskFile: string): string {
  return join(dirname(taskFile), '.softprompt', 'labels', `${taskName(taskFile)}.json`);
}
