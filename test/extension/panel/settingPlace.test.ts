import { describe, expect, test } from 'vitest';
import { settingPlace } from '../../../src/extension/panel/settingPlace';

const TEXT = `{
  // a comment
  "model": "m",
  "training": {
    "learningRate": 0.03
  }
}`;

describe('where a setting stands', () => {
  test('at its value', () => {
    expect(settingPlace(TEXT, 'training.learningRate')).toEqual({ line: 5, column: 21 });
    expect(settingPlace(TEXT, 'model')).toEqual({ line: 3, column: 12 });
  });

  test('left out: at what is around it; otherwise at the start', () => {
    expect(settingPlace(TEXT, 'training.length.steps')).toEqual({ line: 4, column: 15 });
    expect(settingPlace(TEXT, 'method.virtualTokens')).toEqual({ line: 1, column: 1 });
    expect(settingPlace('', 'model')).toEqual({ line: 1, column: 1 });
  });
});
