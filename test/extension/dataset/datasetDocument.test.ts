import { afterEach, expect, it } from 'vitest';
import { holdsRows } from '../../../src/extension/dataset/datasetDocument';
import { DatasetHover } from '../../../src/extension/dataset/datasetHover';
import { RowHints } from '../../../src/extension/dataset/rowHints';
import { EventEmitter, Position, silentLog, Uri, workspace } from '../fakeVscode';

const document = (path: string, firstLine: string, more: object = {}) =>
  ({
    uri: Uri.file(path),
    isDirty: false,
    lineCount: 1,
    lineAt: () => ({ text: firstLine }),
    ...more,
  }) as never;

afterEach(() => {
  workspace.isTrusted = true;
});

it('looks into datasets alone: not into settings, task files or files of runs', () => {
  expect(holdsRows(document('/w/a.csv', 'text,label'))).toBe(true);
  expect(holdsRows(document('/w/a.jsonl', '{"text": "x"}'))).toBe(true);
  expect(holdsRows(document('/w/a.json', '[{"text": "x"}]'))).toBe(true);
  expect(holdsRows(document('/w/settings.json', '{'))).toBe(false);
  expect(holdsRows(document('/w/package.json', '{ "name": "x" }'))).toBe(false);
  expect(holdsRows(document('/w/a.softprompt.json', '{'))).toBe(false);
  expect(holdsRows(document('/w/.softprompt/runs/a/predictions.jsonl', '{}'))).toBe(false);
  expect(holdsRows(document('/w/notes.txt', 'text,label'))).toBe(false);
});

it('asks nothing of the host where nothing may be read, or where rows may have moved', async () => {
  const never = () => {
    throw new Error('The host was asked.');
  };
  const changed = new EventEmitter<never>().event;
  const softprompt = {
    host: { request: never },
    tasks: { onChanged: changed, all: never, using: never },
    runs: { all: never },
    predictions: { onChanged: changed, of: never },
    datasets: { of: never },
    log: silentLog,
  } as never;
  const hints = new RowHints(softprompt);
  const hover = new DatasetHover(softprompt);
  const range = { start: { line: 0 }, end: { line: 9 } } as never;
  const token = { onCancellationRequested: changed } as never;
  const nothing = async (shown: never) => {
    expect(await hints.provideInlayHints(shown, range, token)).toEqual([]);
    expect(await hover.provideHover(shown, new Position(1, 0) as never)).toBeUndefined();
  };
  await nothing(document('/w/package.json', '{'));
  await nothing(document('/w/a.csv', 'text,label', { isDirty: true }));
  workspace.isTrusted = false;
  await nothing(document('/w/a.csv', 'text,label'));
  expect(holdsRows(document('/w/a.csv', 'text,label'))).toBe(false);
});
