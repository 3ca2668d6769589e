import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileDownloadInfo } from '@huggingface/hub';
import { l10n } from '../../../protocol/l10n';
import type { HubSource } from '../catalogue';
import { namingNeededSpace, requireFreeSpace } from '../diskSpace';
import type { FetchJob } from './fetchJob';

/** How long a server may take to answer, and how long it may then be silent. */
const ANSWER_MILLISECONDS = 10_000;
const SILENCE_MILLISECONDS = 30_000;

/** Downloads a file from the model hub; goes on where an earlier attempt stopped. */
export async function fetchFromHub(source: HubSource, job: FetchJob): Promise<void> {
  const stop = new AbortController();
  const patient = patientFetch(AbortSignal.any([job.signal, stop.signal]));
  const info = await fileDownloadInfo({
    repo: source.repository,
    path: source.file,
    revision: source.revision,
    hubUrl: job.hubUrl ?? process.env.HF_ENDPOINT,
    fetch: patient,
  });
  if (!info) throw new Error(l10n`${source.repository} has no file ${source.file}`);
  if (info.size !== job.size) throw new Error(l10n`its file has ${info.size} bytes, not ${job.size}`);

  const folder = dirname(job.part);
  const kept = (await stat(job.part).catch(() => ({ size: 0 }))).size;
  if (kept === job.size) return;
  const resume = kept > 0 && kept < job.size;
  // The library's own download gives no word on whether the server went on where it was asked to.
  const response = await patient(info.url, { headers: resume ? { Range: `bytes=${kept}-` } : {} });
  if (!response.ok || !response.body) throw new Error(l10n`the server answered ${response.status}`);
  const resumed = response.status === 206;
  let received = resumed ? kept : 0;
  await requireFreeSpace(folder, job.size - received);
  job.onProgress(received, job.size);

  const silence = setTimeout(() => {
    stop.abort(new Error(l10n`no data came for ${SILENCE_MILLISECONDS / 1000} seconds`));
  }, SILENCE_MILLISECONDS);
  const file = await open(job.part, resumed ? 'a' : 'w');
  try {
    for await (const chunk of response.body) {
      silence.refresh();
      await namingNeededSpace(
        folder,
        () => job.size - received,
        () => file.writeFile(chunk),
      );
      received += chunk.length;
      job.onProgress(received, job.size);
    }
  } finally {
    clearTimeout(silence);
    await file.close();
  }
  if (received !== job.size) throw new Error(l10n`${received} bytes came, not ${job.size}`);
}

/** A fetch that can be stopped and does not wait for an answer for ever. */
function patientFetch(signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort(new Error(l10n`no answer within ${ANSWER_MILLISECONDS / 1000} seconds`));
    }, ANSWER_MILLISECONDS);
    try {
      return await fetch(input, { ...init, signal: AbortSignal.any([signal, late.signal]) });
    } finally {
      clearTimeout(timer);
    }
  };
}
