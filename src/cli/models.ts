import { relative, resolve } from 'node:path';
import { listModels, removeFromCache } from '../engine/models/cacheFolder';
import { formatBytes } from '../engine/models/formatBytes';
import { pullModel } from '../engine/models/pull';
import { SoftpromptError } from '../protocol/errors';
import type { CommandContext } from './context';
import type { ExitCode } from './exitCodes';
import { percent, table } from './figures';
import { interruptible } from './interrupts';

/** `softprompt models list`. */
export async function list({ terminal, cacheFolder }: CommandContext): Promise<ExitCode> {
  const listing = await listModels(cacheFolder);
  terminal.json({ type: 'models', ...listing });
  const rows = listing.models.map(({ name, title, parameters, size, state, licence }) => [
    name,
    title,
    licence ?? '',
    state === 'on-disk' ? 'on disk' : 'available',
    `${Math.round(parameters / 1e6)}M`,
    formatBytes(size),
  ]);
  for (const line of table(rows, 4)) terminal.print(line);
  terminal.print();
  terminal.print(`Cache folder ${listing.folder}`);
  const contents = listing.contents.map(({ kind, path, size }) => [
    `  ${kind}`,
    relative(listing.folder, path),
    formatBytes(size),
  ]);
  for (const line of table(contents, 2)) terminal.print(line);
  return 0;
}

/** `softprompt models pull NAME`. */
export async function pull({ terminal, cacheFolder }: CommandContext, name: string): Promise<ExitCode> {
  const controller = new AbortController();
  const stopping = {
    stop: () => controller.abort(),
    abandon: () => process.exit(130 satisfies ExitCode),
  };
  let source = '';
  const model = await interruptible(stopping, () =>
    pullModel(name, {
      cacheFolder,
      signal: controller.signal,
      onProgress(progress) {
        terminal.json({ type: 'progress', ...progress });
        if (!terminal.live && progress.source !== source) terminal.note(`${name}: ${progress.source}`);
        source = progress.source;
        const { received, total } = progress;
        const part = total > 0 ? ` of ${formatBytes(total)} (${percent(received / total)})` : '';
        terminal.progress(`${name}: ${source}${received > 0 ? `, ${formatBytes(received)}${part}` : ''}`);
      },
    }),
  );
  terminal.json({ type: 'model', ...model });
  terminal.print(`${model.name} is on disk: ${model.path} (${formatBytes(model.size)})`);
  return 0;
}

/** `softprompt models remove WHAT`: a name or path of the list, or `all`. */
export async function remove({ terminal, cacheFolder }: CommandContext, what: string): Promise<ExitCode> {
  const { contents } = await listModels(cacheFolder);
  const chosen = contents.filter(
    ({ name, path }) => what === 'all' || name === what || path === resolve(cacheFolder, what),
  );
  if (chosen.length === 0) {
    throw new SoftpromptError('model-missing', `The cache folder holds no “${what}”.`, {
      place: { file: cacheFolder },
      hint: 'See what it holds: softprompt models list',
    });
  }
  let freed = 0;
  for (const { path } of chosen) freed += await removeFromCache(cacheFolder, path);
  terminal.json({ type: 'removed', paths: chosen.map(({ path }) => path), freed });
  terminal.print(`Removed ${chosen.map(({ name }) => name).join(', ')}: ${formatBytes(freed)} freed.`);
  return 0;
}
