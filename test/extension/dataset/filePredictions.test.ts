import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FilePredictions } from '../../../src/extension/dataset/filePredictions';
import { FakeHost } from '../fakeHost';
import { EventEmitter, FakeDocument, silentLog, workspace } from '../fakeVscode';

const FILE = '/w/a.csv';
const settle = () => new Promise((resolve) => setTimeout(resolve, 10));
const changes = new EventEmitter<{ document: FakeDocument; contentChanges: unknown[] }>();
let host: FakeHost;
let predictions: FilePredictions;

beforeEach(() => {
  host = new FakeHost();
  vi.spyOn(workspace, 'onDidChangeTextDocument').mockImplementation(changes.event as never);
  const runs = { all: async () => [{ state: 'finished', createdAt: '', folder: '/r' }], onChanged: () => {} };
  predictions = new FilePredictions(host as never, runs as never, silentLog as never);
});
afterEach(() => {
  vi.restoreAllMocks();
});

it('are asked for again when another program has written the file, not at every edit', async () => {
  const document = new FakeDocument(FILE, 'text,label\n');
  document.setText('text,label\nb,1\n');
  changes.fire({ document, contentChanges: [1] });
  await settle();
  expect(host.asked).toEqual([]);
  document.isDirty = false;
  changes.fire({ document, contentChanges: [1] });
  await settle();
  host.last('dataset/predictions').answer({ found: { rows: [] }, damaged: [] });
  await settle();
  expect(predictions.of(FILE)).toEqual({ rows: [] });
});

it('know which answers are damaged, also where there are no others', async () => {
  const changed: string[] = [];
  predictions.onChanged((file) => changed.push(file));
  const answers = [{ run: '/r', file: '/r/predictions.jsonl', line: 3 }];
  const loading = predictions.load(FILE);
  await settle();
  host.last('dataset/predictions').answer({ found: null, damaged: answers });
  await loading;
  expect(predictions.damagedOf(FILE)).toEqual(answers);
  expect(changed).toEqual([FILE]);
  const again = predictions.load(FILE);
  await settle();
  host.last('dataset/predictions').answer({ found: null, damaged: [] });
  await again;
  expect(predictions.damagedOf(FILE)).toEqual([]);
  expect(changed).toEqual([FILE, FILE]);
});
