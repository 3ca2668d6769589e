import type { CompareState } from '../../protocol/compare';

/** What VS Code kept for this page, as far as it is usable. */
export function readCompareState(kept: unknown): CompareState {
  if (typeof kept !== 'object' || kept === null) return {};
  const { folders, tab, along, hidden, allSettings, search, right, wrong } = kept as Record<string, unknown>;
  return {
    folders: texts(folders),
    tab: text(tab),
    along: along === 'time' ? 'time' : undefined,
    hidden: texts(hidden),
    allSettings: allSettings === true,
    search: text(search),
    right: text(right),
    wrong: text(wrong),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
}
