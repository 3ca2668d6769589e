import { expect, it } from 'vitest';
import { align } from '../../../src/webview/compare/alignSeries';
import { compareSettings } from '../../../src/webview/compare/settings';
import { variantOf } from './runsToCompare';

it('flattens settings to the names of the task file and says which differ', () => {
  const [a, b] = [variantOf('A'), variantOf('B', { learningRate: 0.01 })].map(({ record }) => record);
  b!.task.training.patience = undefined;
  b!.data.hashes[b!.task.data.train] = 'sha256:other';
  b!.device.precision = 'float32';
  const rows = compareSettings([a!, b!]);
  const differing = Object.fromEntries(
    rows.filter(({ differs }) => differs).map(({ path, values }) => [path, values]),
  );
  expect(differing).toEqual({
    'training.learningRate': ['0.03', '0.01'],
    'training.seed': ['0', '1'],
    'training.patience': ['6', undefined],
    'run.hash.train': [a!.data.hashes[a!.task.data.train], 'sha256:other'],
    'run.precision': ['int8', 'float32'],
  });
  const paths = rows.map(({ path }) => path);
  for (const path of ['training.steps', 'training.batchRows', 'run.model.hash', 'run.device', 'run.steps'])
    expect(paths).toContain(path);
});

it('brings lines onto one axis', () => {
  expect(
    align([
      { x: [1, 3], y: [10, 30] },
      { x: [2, 3, 4], y: [5, 6, 7] },
    ]),
  ).toEqual({
    x: [1, 2, 3, 4],
    columns: [
      [10, null, 30, null],
      [null, 5, 6, 7],
    ],
  });
});
