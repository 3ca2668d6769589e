import { describe, expect, test } from 'vitest';
import { EMPTY_MODEL, readPanelState, receive } from '../../../src/webview/run/store';
import { liveSteps, syntheticRun } from '../syntheticRun';

describe('the model behind the page', () => {
  const detail = syntheticRun({ state: 'training', step: 10 });
  const opened = receive(EMPTY_MODEL, { type: 'run', detail });

  test('takes a run and the events that follow', () => {
    const next = receive(opened, { type: 'events', folder: detail.folder, events: liveSteps(11, 2) });
    expect(next.run?.progress.curve.step.at(-1)).toBe(12);
    expect(opened.run?.progress.curve.step.at(-1)).toBe(10);
  });

  test('ignores what belongs to another run', () => {
    expect(receive(opened, { type: 'events', folder: '/other', events: liveSteps(11, 2) })).toBe(opened);
    const rows = { split: 'test' as const, step: 1, predictions: [] };
    expect(receive(opened, { type: 'predictions', folder: '/other', ...rows })).toBe(opened);
    expect(receive(EMPTY_MODEL, { type: 'events', folder: '/other', events: [] })).toBe(EMPTY_MODEL);
  });

  test('run.json has the last word on the state: a killed process could not write its end', () => {
    const killed = { ...detail, record: { ...detail.record, state: 'interrupted' as const } };
    expect(receive(EMPTY_MODEL, { type: 'run', detail: killed }).run?.progress.state).toBe('interrupted');
  });

  test('keeps a failure until the next run is shown', () => {
    const failed = receive(opened, { type: 'failure', error: { code: 'internal', message: 'no' } });
    expect(failed.failure?.message).toBe('no');
    expect(receive(failed, { type: 'run', detail }).failure).toBeUndefined();
  });
});

describe('what VS Code kept', () => {
  test('is taken as far as it is usable', () => {
    expect(readPanelState(null)).toEqual({});
    expect(readPanelState('x')).toEqual({});
    expect(
      readPanelState({ tab: 'nowhere', outcome: 'sideways', filter: 3, tried: { a: 'b', c: 4 } }),
    ).toEqual({
      tried: { a: 'b' },
    });
    const kept = {
      folder: '/f',
      tab: 'predictions',
      filter: 'x',
      outcome: 'fixed',
      expected: 'a',
      predicted: 'b',
    };
    expect(readPanelState({ ...kept, tried: { text: 't' } })).toEqual({ ...kept, tried: { text: 't' } });
    const sort = { key: 'confidence', descending: true } as const;
    const taken = { file: '/w/a.csv', row: 3, line: 4, target: 'x' };
    expect(readPanelState({ split: 'test', sort, taken })).toEqual({ split: 'test', sort, taken });
    expect(readPanelState({ split: 'train', sort: { key: 'text' }, taken: { row: 'x' } })).toEqual({});
  });
});
