import type { ModelPlace, Obstacle } from '../../../protocol/models';

/** A model where it was found, not looked into yet. */
export interface FoundFile {
  /** What a task file calls it. */
  name: string;
  title: string;
  /** A model folder, or a file: absolute. */
  path: string;
  licence?: string;
  /** Known already from the place's own records: a download that was not finished, say. */
  obstacle?: Obstacle;
}

export interface SearchContext {
  /** softprompt's own. */
  cacheFolder: string;
  /** Folders of the workspace. */
  workspace: readonly string[];
  signal?: AbortSignal;
}

/** A place that models are kept in. One file a place, one line in findModels.ts. */
export interface Place {
  place: ModelPlace;
  /** What its names begin with, without the colon; names of places without one are paths. */
  prefix?: string;
  find(context: SearchContext): Promise<FoundFile[]>;
}
