import type { ToCompare } from '../../protocol/compare';
import type { ErrorReport } from '../../protocol/errors';
import type { RunSummary } from '../../protocol/runs';
import { applyEvents } from '../run/runProgress';
import { openRun, type ShownRun } from '../run/store';

/** A run to compare: read, still being read, or not to be had. */
export interface Place {
  folder: string;
  /** A, B, C, … in the order of choosing. */
  letter: string;
  run?: ShownRun;
  error?: ErrorReport;
}

/** Everything the page knows, built from the extension's messages alone. */
export interface CompareModel {
  connection: 'starting' | 'ready' | 'lost';
  runs: readonly RunSummary[];
  places: readonly Place[];
  /** The extension has said what to compare. */
  chosen: boolean;
}

export const EMPTY_COMPARISON: CompareModel = { connection: 'ready', runs: [], places: [], chosen: false };

/** The model after one more message. Messages about runs that are not compared change nothing. */
export function receive(model: CompareModel, message: ToCompare): CompareModel {
  switch (message.type) {
    case 'runs':
      return { ...model, runs: message.runs };
    case 'chosen': {
      const known = new Map(model.places.map((place) => [place.folder, place]));
      const places = message.folders.map((folder, index) => ({
        ...known.get(folder),
        folder,
        letter: letterOf(index),
      }));
      return { ...model, places, chosen: true };
    }
    case 'run':
      return change(model, message.detail.folder, () => ({ run: openRun(message.detail), error: undefined }));
    case 'events':
      return change(
        model,
        message.folder,
        ({ run }) => run && { run: { ...run, progress: applyEvents(run.progress, message.events) } },
      );
    case 'predictions':
      return change(
        model,
        message.folder,
        ({ run }) => run && { run: { ...run, predictions: message.predictions } },
      );
    case 'unreadable':
      return change(model, message.folder, () => ({ run: undefined, error: message.error }));
    case 'connection':
      return { ...model, connection: message.state };
  }
}

function change(
  model: CompareModel,
  folder: string,
  next: (place: Place) => Partial<Place> | undefined,
): CompareModel {
  const places = model.places.map((place) =>
    place.folder === folder ? { ...place, ...next(place) } : place,
  );
  return { ...model, places };
}

/** The runs that are there to be compared, with their letters. */
export function readRuns({ places }: CompareModel): (Place & { run: ShownRun })[] {
  return places.flatMap((place) => (place.run ? [{ ...place, run: place.run }] : []));
}

function letterOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}
