import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, it } from 'vitest';

const SRC = resolve(__dirname, '../src');

/** Who may import whom: rooms of the house, and below the engine its parts. Everyone may import the protocol. */
const ROOMS: Record<string, readonly string[]> = {
  protocol: [],
  engine: [],
  host: ['engine'],
  cli: ['engine'],
  extension: [],
  webview: [],
};

/** In the engine, what a part may not reach for: graph ← gradient ← compile ← tuning, never back. */
const FORBIDDEN: Record<string, readonly string[]> = {
  graph: [
    'gradient',
    'compile',
    'tuning',
    'evaluation',
    'runs',
    'runtime',
    'models',
    'prompt',
    'data',
    'task',
  ],
  gradient: ['compile', 'tuning', 'evaluation', 'runs', 'runtime', 'models', 'prompt', 'data', 'task'],
  runtime: [
    'graph',
    'gradient',
    'compile',
    'tuning',
    'evaluation',
    'runs',
    'models',
    'prompt',
    'data',
    'task',
  ],
  compile: ['tuning', 'evaluation', 'runs', 'adapters', 'task', 'data'],
  models: ['compile', 'tuning', 'evaluation', 'runs', 'task', 'data'],
  data: ['graph', 'compile', 'tuning', 'evaluation', 'runs', 'task'],
  tuning: ['runs'],
};

/** Packages that only these rooms may load. */
const PACKAGES: Record<string, readonly string[]> = {
  vscode: ['extension'],
  'onnxruntime-node': ['engine/runtime'],
  '@vscode/webview-ui-toolkit': ['webview/kit/controls.ts'],
  uplot: ['webview/charts'],
};

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourceFiles(path) : /\.ts$/.test(entry.name) ? [path] : [];
  });
}

const IMPORT = /(?:from|import)\s*\(?\s*'([^']+)'/g;

const imports = sourceFiles(SRC).flatMap((file) => {
  const from = relative(SRC, file).split(sep).join('/');
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map((match) => {
    const target = match[1]!;
    const local = target.startsWith('.');
    return {
      from,
      to: local
        ? relative(SRC, resolve(dirname(file), target))
            .split(sep)
            .join('/')
        : target,
      local,
    };
  });
});

it('keeps the rooms apart', () => {
  const wrong = imports.filter(({ from, to, local }) => {
    if (!local || to === '../package.json' || to === '../media/softprompt.schema.json') return false;
    const [here, there] = [from.split('/')[0]!, to.split('/')[0]!];
    return here !== there && there !== 'protocol' && !ROOMS[here]!.includes(there);
  });
  expect(wrong).toEqual([]);
  expect(imports.length).toBeGreaterThan(100);
});

it('keeps the parts of the engine in order', () => {
  const wrong = imports.filter(({ from, to, local }) => {
    if (!local || !from.startsWith('engine/') || !to.startsWith('engine/')) return false;
    return FORBIDDEN[from.split('/')[1]!]?.includes(to.split('/')[1]!);
  });
  // Types of a contract may be shared: the language model's graph, token rows, the checkpoint.
  const contracts = ['engine/models/languageModel', 'engine/models/checkpoint', 'engine/prompt/tokenRow'];
  expect(wrong.filter(({ to }) => !contracts.includes(to))).toEqual([]);
});

it('takes zod in its small form in the extension, which then bundles a third of it', () => {
  const whole = imports.filter(
    ({ from, to }) => to === 'zod' && /^(extension|protocol)\//.test(from) && from !== 'protocol/taskFile.ts',
  );
  expect(whole).toEqual([]);
});

it('loads each special package in one place only', () => {
  const wrong = imports.filter(({ from, to, local }) => {
    const owner = Object.keys(PACKAGES).find((name) => to === name || to.startsWith(`${name}/`));
    return (
      !local && owner && !PACKAGES[owner]!.some((place) => from === place || from.startsWith(`${place}/`))
    );
  });
  expect(wrong).toEqual([]);
});

it('imports in no circle, types included', () => {
  const targets = new Map<string, string[]>();
  for (const { from, to, local } of imports) {
    const file = from.replace(/\.ts$/, '');
    if (local) targets.set(file, [...(targets.get(file) ?? []), to]);
  }
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (path.includes(file) || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  expect(circles).toEqual([]);
});
