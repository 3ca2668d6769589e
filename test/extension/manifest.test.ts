import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import manifest from '../../package.json';
import english from '../../package.nls.json';
import { COMMANDS } from '../../src/extension/commands';
import { activate, deactivate } from '../../src/extension/extension';
import { seen, Uri, workspace } from './fakeVscode';

const { fork } = vi.hoisted(() => ({ fork: vi.fn() }));
vi.mock('node:child_process', () => ({ fork }));

const ROOT = join(__dirname, '../..');
const { contributes } = manifest;
const texts: Readonly<Record<string, string>> = english;
/** What a person reads where the manifest has a key. */
const read = (text: string): string => texts[text.replace(/^%(.*)%$/, '$1')] ?? text;
const declared = contributes.commands.map(({ command }) => command);

it('declares every command that there is, and no other', () => {
  expect([...declared].sort()).toEqual(Object.keys(COMMANDS).sort());
  for (const { category, title } of contributes.commands) {
    expect(category).toBe('Softprompt');
    expect(read(title)).toMatch(/^[A-Z]/);
  }
});

it('puts only commands that there are in its menus and welcome texts', () => {
  for (const items of Object.values(contributes.menus)) {
    for (const { command } of items) expect(declared).toContain(command);
  }
  for (const { contents } of contributes.viewsWelcome) {
    for (const [, command] of read(contents).matchAll(/\(command:(softprompt\.\w+)\)/g)) {
      expect(declared).toContain(command);
    }
  }
});

it('names files that are there', () => {
  const files = [
    manifest.icon,
    ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
    ...contributes.jsonValidation.map(({ url }) => url),
    ...contributes.grammars.map(({ path }) => path),
  ];
  for (const file of files) expect(existsSync(join(ROOT, file)), file).toBe(true);
});

it('activates fast, registering everything and starting nothing', async () => {
  const subscriptions: { dispose(): void }[] = [];
  const startedAt = performance.now();
  activate({
    subscriptions,
    workspaceState: { get: () => undefined, update: async () => {} },
    extensionUri: Uri.file(ROOT),
    asAbsolutePath: (path: string) => join(ROOT, path),
  } as never);
  expect(performance.now() - startedAt).toBeLessThan(50);
  expect([...seen.commands.keys()].sort()).toEqual([...declared].sort());
  expect(seen.views).toEqual(contributes.views.softprompt.map(({ id }) => id));
  expect(fork).not.toHaveBeenCalled();
  for (const subscription of subscriptions) subscription.dispose();
  await deactivate();
});

it('runs nothing where the workspace is not trusted, and says so', async () => {
  workspace.isTrusted = false;
  try {
    await seen.commands.get('softprompt.tune')?.(Uri.file('/w/a.csv'));
    expect(seen.warnings).toEqual(['Softprompt runs nothing in a workspace that is not trusted.']);
    expect(seen.errors).toEqual([]);
  } finally {
    workspace.isTrusted = true;
  }
});
