import { stat } from 'node:fs/promises';
import type { DatasetSummary } from '../../protocol/dataset';
import type { HostClient } from '../host/hostClient';

/** What the host says of dataset files, each asked once and kept until the file changes on disk. */
export class DatasetSummaries {
  readonly #summaries = new Map<string, { version: string; summary: Promise<DatasetSummary> }>();

  constructor(private readonly host: HostClient) {}

  /** @throws SoftpromptError `data-invalid` where the file is no dataset. */
  async of(file: string): Promise<DatasetSummary> {
    const { mtimeMs, size } = await stat(file);
    const version = `${mtimeMs} ${size}`;
    const kept = this.#summaries.get(file);
    if (kept?.version === version) return kept.summary;
    const summary = this.host.request('dataset/inspect', { file });
    this.#summaries.set(file, { version, summary });
    summary.catch(() => {
      if (this.#summaries.get(file)?.summary === summary) this.#summaries.delete(file);
    });
    return summary;
  }
}
