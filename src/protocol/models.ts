/** A base model as lists show it. */
export interface ModelSummary {
  /** Catalogue name, or file or folder name. */
  name: string;
  title: string;
  /** In the catalogue's words, for example `llama`. */
  architecture: string;
  parameters: number;
  licence?: string;
  /** Bytes to download, or bytes on disk. */
  size: number;
  state: 'available' | 'on-disk';
  /** Where it is, if on disk. */
  path?: string;
  source: 'catalogue' | 'local';
}

export interface ModelsListing {
  /** The cache folder. */
  folder: string;
  models: ModelSummary[];
  /** Everything in the cache folder, compiled models included, with bytes. */
  contents: { path: string; kind: 'model' | 'compiled' | 'download'; name: string; size: number }[];
}

export interface PullProgress {
  name: string;
  /** What is being tried, in words: `hub`, `Python wheel`, `checksum`, … */
  source: string;
  received: number;
  /** 0 when unknown. */
  total: number;
}
