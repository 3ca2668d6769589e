// How long the packed extension.js takes to load and to activate, in Node with a stand-in for the editor:
//   npm run bench:activation -- [--rounds 41]
// Each round has a process of its own. What the editor has loaded before, Node's modules, is loaded before here too.
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type * as Extension from '../src/extension/extension';
import { tellLoad, tellMachine } from './compare/machine';
import { alignColumns } from './compare/report';
import { type Activation, type ActivationRecord, activationTable } from './editor/activationReport';
import { standInForEditor } from './editor/standIn';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '41' },
    json: { type: 'string', default: 'bench/results/activation.json' },
    once: { type: 'boolean', default: false }, // One round, in this process.
  },
});
const SCRIPT = resolve('dist/extension.js');
const TYPES = resolve('node_modules/@types/vscode/index.d.ts');

function activateOnce(): Activation {
  standInForEditor(TYPES);
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const { activate }: typeof Extension = require(SCRIPT);
  const { user, system } = process.cpuUsage(before);
  const loadedAt = performance.now();
  activate({
    subscriptions: [],
    workspaceState: { get: () => undefined, update: async () => {} },
    extensionUri: { scheme: 'file', path: resolve('.'), fsPath: resolve('.') },
    asAbsolutePath: (path: string) => resolve(path),
  } as never);
  return {
    load: loadedAt - startedAt,
    loadProcessor: (user + system) / 1000,
    activate: performance.now() - loadedAt,
  };
}

function main(): void {
  const machine = { ...tellMachine(availableParallelism()), loadBefore: tellLoad('before') };
  const activations = Array.from({ length: Number(options.rounds) }, (): Activation => {
    const once = execFileSync(process.execPath, [process.argv[1]!, '--once'], { encoding: 'utf8' });
    return JSON.parse(once);
  });
  const { size: bytes } = statSync(SCRIPT);
  console.log(`extension.js: ${(bytes / 1000).toFixed(0)} kB`);
  console.log(alignColumns(activationTable({ activations })));
  const record: ActivationRecord = { date: new Date().toISOString(), machine, bytes, activations };
  mkdirSync(dirname(options.json), { recursive: true });
  writeFileSync(options.json, JSON.stringify(record));
}

if (options.once) {
  // What was activated may wait for something; nobody does for it.
  process.stdout.write(JSON.stringify(activateOnce()), () => process.exit(0));
} else main();
