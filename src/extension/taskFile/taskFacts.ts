import { dirname, relative, sep } from 'node:path';
import { parse } from 'jsonc-parser';
import type * as vscode from 'vscode';
import type { DatasetSummary } from '../../protocol/dataset';
import type { ModelSummary } from '../../protocol/models';
import { findDatasets } from '../choose';
import { listModels } from '../models/listModels';
import { nameInTask } from '../models/modelChoice';
import type { Services } from '../services';
import { taskEntry } from './taskEntry';

/** Looking for models reads folders of several programs: this long it is not done again. */
const FRESH_MILLISECONDS = 15_000;

/** What completion, hovers and quick fixes of a task file know of its data and of models. */
export class TaskFacts {
  #models: { until: number; list: Promise<ModelSummary[]> } | undefined;

  constructor(private readonly softprompt: Pick<Services, 'datasets' | 'host'>) {}

  /** What the training file holds, nothing where it cannot be read; and the column that is predicted. */
  async data(
    document: vscode.TextDocument,
  ): Promise<Pick<DatasetSummary, 'rows' | 'columns'> & { target?: string }> {
    const text = document.getText();
    const [train] = taskEntry(document.uri.fsPath, text).data;
    const summary =
      train === undefined ? undefined : await this.softprompt.datasets.of(train).catch(() => undefined);
    const target = targetOf(parse(text)) ?? summary?.suggested?.target;
    return { rows: summary?.rows ?? 0, columns: summary?.columns ?? [], target };
  }

  /** Models as this task file calls them. */
  async models(document: vscode.TextDocument): Promise<(ModelSummary & { inTask: string })[]> {
    const now = Date.now();
    if (!this.#models || this.#models.until < now) {
      this.#models = { until: now + FRESH_MILLISECONDS, list: listModels(this.softprompt.host) };
      this.#models.list.catch(() => {
        this.#models = undefined;
      });
    }
    const folder = dirname(document.uri.fsPath);
    return (await this.#models.list).map((model) => ({ ...model, inTask: nameInTask(model, folder) }));
  }

  /** The workspace's datasets, relative to the task file. */
  async datasets(document: vscode.TextDocument): Promise<string[]> {
    const folder = dirname(document.uri.fsPath);
    const names = (await findDatasets()).map((file) => relative(folder, file).split(sep).join('/'));
    return names.sort();
  }
}

function targetOf(task: unknown): string | undefined {
  const { target } = (task ?? {}) as { target?: unknown };
  const column = typeof target === 'object' ? (target as { column?: unknown } | null)?.column : target;
  return typeof column === 'string' ? column : undefined;
}
