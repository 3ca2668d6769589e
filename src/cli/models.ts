import { relative, resolve } from 'node:path';
import { entriesOf, removeFromCache } from '../engine/models/cacheFolder';
import { formatBytes } from '../engine/models/formatBytes';
import { listModels } from '../engine/models/listModels';
import { pullModel } from '../engine/models/pull';
import { SoftpromptError } from '../protocol/errors';
import type { ModelPlace, ModelSummary } from '../protocol/models';
import type { CommandContext } from './context';
import type { ExitCode } from './exitCodes';
import { oneLine, percent, table } from './figures';
import { interruptible } from './interrupts';

const PLACES: Readonly<Record<ModelPlace, string>> = {
  catalogue: 'Catalogue',
  cache: 'Cache folder',
  workspace: 'This folder',
  'hugging-face': 'Hugging Face cache',
  ollama: 'Ollama',
  'lm-studio': 'LM Studio',
};

/** Longest reason in the table; the whole of it is in the JSON. */
const REASON_WIDTH = 90;

/** `softprompt models list`. */
export async function list({ terminal, cacheFolder }: CommandContext): Promise<ExitCode> {
  const listing = await listModels(cacheFolder, { workspace: [process.cwd()] });
  terminal.json({ type: 'models', ...listing });
  const heads = ['model', 'architecture', 'parameters', 'quantisation', 'size', 'can be tuned here'];
  const rows: string[][] = [];
  for (const [place, title] of Object.entries(PLACES)) {
    const models = listing.models.filter((model) => model.place === place);
    if (models.length > 0) rows.push([title], ...models.map(modelCells));
  }
  const [head, ...lines] = table([heads, ...rows], [0, 1, 3, 5]);
  terminal.print(terminal.style('dim', head!));
  for (const line of lines) terminal.print(line);
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

function modelCells(model: ModelSummary): string[] {
  const { place, path, state, obstacle, parameters, size } = model;
  // As a task file in this folder would name it.
  const name =
    place === 'workspace' ? `./${relative(process.cwd(), path!).replaceAll('\\', '/')}` : model.name;
  return [
    `  ${name}`,
    model.architecture,
    parameters > 0 ? formatCount(parameters) : '',
    model.quantisation ?? '',
    formatBytes(size),
    obstacle
      ? `no: ${oneLine(obstacle.reason, REASON_WIDTH)}`
      : state === 'on-disk'
        ? 'yes'
        : 'once it is pulled',
  ];
}

/** `134515008` → `135M`. */
function formatCount(count: number): string {
  if (count < 1e6) return `${Math.ceil(count / 1e3)}k`;
  return count < 1e9 ? `${Math.round(count / 1e6)}M` : `${(count / 1e9).toFixed(1)}B`;
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
  const contents = await entriesOf(cacheFolder);
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
