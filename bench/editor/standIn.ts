import { readFileSync } from 'node:fs';
import Module from 'node:module';
import * as vscode from 'vscode';

/** What the editor's own process has loaded long before it loads an extension. */
const LOADED = [
  ...[
    'child_process',
    'crypto',
    'events',
    'fs',
    'fs/promises',
    'http',
    'https',
    'net',
    'os',
    'path',
    'perf_hooks',
  ],
  ...['readline', 'stream', 'string_decoder', 'timers/promises', 'url', 'util'],
];

/**
 * Has `require('vscode')` answer with the tests' stand-in for the editor, filled up to the names that the real one has: a
 * bundle that copies them more often than once takes its time here as there.
 */
export function standInForEditor(types: string): void {
  const editor: Record<string, unknown> = { ...vscode };
  for (const [, name] of readFileSync(types, 'utf8').matchAll(
    /^\texport (?:abstract )?(?:class|const|enum|function|let|namespace) (\w+)/gm,
  )) {
    editor[name!] ??= {};
  }
  const loader = Module as unknown as { _load(name: string, ...rest: unknown[]): unknown };
  const load = loader._load;
  loader._load = (name, ...rest) => (name === 'vscode' ? editor : load.call(loader, name, ...rest));
  for (const name of LOADED) load.call(loader, `node:${name}`);
}
