/** What a source is asked to do: fill a file. Whether the content is right is checked by the caller. */
export interface FetchJob {
  /** The file to fill. It may hold the first part already, from an earlier attempt with the same source. */
  part: string;
  /** Bytes that the file should have at the end. */
  size: number;
  onProgress(received: number, total: number): void;
  signal: AbortSignal;
  /** The model hub, if not the usual one. */
  hubUrl?: string;
}
