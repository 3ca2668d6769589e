import type { Dataset } from '../engine/data/dataset';
import { readDataset } from '../engine/data/readDataset';
import { readFilePredictions } from '../engine/runs/filePredictions';
import { previewOf } from '../engine/task/previewRow';
import { rowFacts } from '../engine/task/rowFacts';
import { openRowView, type RowView } from '../engine/task/rowView';
import { SoftpromptError } from '../protocol/errors';
import { l10n } from '../protocol/l10n';
import type { Params, Result } from '../protocol/requests';
import { Kept } from './kept';

/** Datasets and tasks that are looked at in the editor at one time: a few. A task may have three datasets. */
const MOST_DATASETS = 6;
const MOST_VIEWS = 4;

/** Datasets and tokenizers that stay open between the questions of an editor that is scrolled. */
export class OpenDatasets {
  readonly #datasets = new Kept<Dataset>(MOST_DATASETS);
  readonly #views = new Kept<RowView>(MOST_VIEWS);

  constructor(private readonly cacheFolder: string) {}

  /** The dataset of a file, read again only when the file has changed. */
  readonly read = (file: string, options: { signal?: AbortSignal } = {}): Promise<Dataset> =>
    this.#datasets.get(file, async () => ({ value: await readDataset(file, options), files: [file] }));

  async rows({ file, taskFile, ...lines }: Params<'dataset/rows'>): Promise<Result<'dataset/rows'>> {
    const dataset = await this.read(file);
    if (taskFile === undefined) return { rows: rowFacts(dataset, lines) };
    const view = await this.#view(taskFile);
    return { rows: rowFacts(dataset, lines, view), limit: view.limit };
  }

  async preview(params: Params<'dataset/preview'>): Promise<Result<'dataset/preview'>> {
    const { taskFile, row, line, file, text } = params;
    const view = await this.#view(taskFile, text);
    const dataset = await this.read(file ?? view.train);
    if (row !== undefined) return previewOf(view, dataset, { row });
    if (line !== undefined) return previewOf(view, dataset, { line });
    throw new SoftpromptError('data-invalid', l10n`Neither a row nor a line was named.`, { place: { file } });
  }

  async predictions({ file, runs }: Params<'dataset/predictions'>): Promise<Result<'dataset/predictions'>> {
    return readFilePredictions(await this.read(file), runs);
  }

  #view(taskFile: string, text?: string): Promise<RowView> {
    return this.#views.get(JSON.stringify([taskFile, text]), async () => {
      const value = await openRowView(taskFile, { text, cacheFolder: this.cacheFolder, read: this.read });
      return { value, files: value.files };
    });
  }
}
