import { afterEach, expect, it, vi } from 'vitest';
import type { Uri } from 'vscode';
import { columnFor } from '../../src/extension/columnFor';
import {
  Uri as FakeUri,
  TabInputCustom,
  TabInputText,
  TabInputWebview,
  ViewColumn,
  window,
} from './fakeVscode';

const uri = FakeUri.file('/shop/messages.csv');
const wanted = uri as unknown as Uri;
const panel = { input: new TabInputWebview('softprompt.run') };
const other = { input: new TabInputText(FakeUri.file('/shop/notes.md')) };

interface Group {
  viewColumn: number;
  tabs: object[];
  activeTab: object | undefined;
}

/** Groups from left to right, each with the tab that is in front; `active` counts from 0. */
function groups(active: number, ...tabs: { front?: object; behind?: object }[]): void {
  const all: Group[] = tabs.map(({ front, behind }, index) => ({
    viewColumn: index + 1,
    tabs: [front, behind].filter((tab) => tab !== undefined),
    activeTab: front,
  }));
  vi.spyOn(window, 'tabGroups', 'get').mockReturnValue({ all, activeTabGroup: all[active] } as never);
}

afterEach(() => {
  vi.restoreAllMocks();
});

it('is where the file is open already, be it behind another or as a table', () => {
  groups(0, { front: other }, { front: panel, behind: { input: new TabInputText(uri) } });
  expect(columnFor(wanted)).toBe(2);
  groups(0, { front: other }, { front: { input: new TabInputCustom(uri, 'softprompt.table') } });
  expect(columnFor(wanted)).toBe(2);
});

it('is the active group by its number, as the active one may be another by the time the file is shown', () => {
  groups(1, { front: panel }, { front: other }, { front: other });
  expect(columnFor(wanted)).toBe(2);
  groups(0, {}, { front: panel });
  expect(columnFor(wanted)).toBe(1);
});

it('is never in front of a panel', () => {
  groups(1, { front: other }, { front: panel });
  expect(columnFor(wanted)).toBe(1);
  groups(0, { front: panel });
  expect(columnFor(wanted)).toBe(ViewColumn.Beside);
});
