import { env, l10n } from 'vscode';
import type { ModelPlace, ModelSummary, Obstacle } from '../protocol/models';
import type { RunState, RunSummary } from '../protocol/runs';

// What lists, lenses and the status bar say: plain text in the display language, from plain data.

/** What is counted, in both its forms. Another noun is a line more. */
const NOUNS = {
  row: (one: boolean, n: string) => (one ? l10n.t('{0} row', n) : l10n.t('{0} rows', n)),
  column: (one: boolean, n: string) => (one ? l10n.t('{0} column', n) : l10n.t('{0} columns', n)),
  class: (one: boolean, n: string) => (one ? l10n.t('{0} class', n) : l10n.t('{0} classes', n)),
  token: (one: boolean, n: string) => (one ? l10n.t('{0} token', n) : l10n.t('{0} tokens', n)),
  'virtual token': (one: boolean, n: string) =>
    one ? l10n.t('{0} virtual token', n) : l10n.t('{0} virtual tokens', n),
  character: (one: boolean, n: string) => (one ? l10n.t('{0} character', n) : l10n.t('{0} characters', n)),
  value: (one: boolean, n: string) => (one ? l10n.t('{0} value', n) : l10n.t('{0} values', n)),
  label: (one: boolean, n: string) => (one ? l10n.t('{0} label', n) : l10n.t('{0} labels', n)),
  mistake: (one: boolean, n: string) => (one ? l10n.t('{0} mistake', n) : l10n.t('{0} mistakes', n)),
  error: (one: boolean, n: string) => (one ? l10n.t('{0} error', n) : l10n.t('{0} errors', n)),
  warning: (one: boolean, n: string) => (one ? l10n.t('{0} warning', n) : l10n.t('{0} warnings', n)),
  problem: (one: boolean, n: string) => (one ? l10n.t('{0} problem', n) : l10n.t('{0} problems', n)),
  run: (one: boolean, n: string) => (one ? l10n.t('{0} run', n) : l10n.t('{0} runs', n)),
  step: (one: boolean, n: string) => (one ? l10n.t('{0} step', n) : l10n.t('{0} steps', n)),
  model: (one: boolean, n: string) => (one ? l10n.t('{0} model', n) : l10n.t('{0} models', n)),
  task: (one: boolean, n: string) => (one ? l10n.t('{0} task', n) : l10n.t('{0} tasks', n)),
} as const satisfies Record<string, (one: boolean, number: string) => string>;

/** A text that is written elsewhere: of the webviews, or what the host says again and again. */
export const tKnown: (text: string) => string = l10n.t;

export type Noun = keyof typeof NOUNS;

/** `1,204 rows`; singular where it is one. */
export function count(number: number, noun: Noun): string {
  return NOUNS[noun](plural().select(number) === 'one', numbers().format(number));
}

/** 12345 → `12,345`. */
export function formatCount(number: number): string {
  return numbers().format(number);
}

/** 0.125, 2 → `0.13`: always that many digits after the point. */
export function fixed(number: number, digits: number): string {
  return number.toFixed(digits).replace('.', decimalPoint());
}

/** `0.914` → `91.4 %`. */
export function percent(share: number): string {
  return `${fixed(share * 100, 1)} %`;
}

/** Bytes for people, in decimal units as download pages use: `98 MB`. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, size < 1 ? 0 : Math.floor(Math.log10(size) / 3));
  const value = size / 1000 ** unit;
  return `${value >= 10 || unit === 0 ? Math.round(value) : fixed(value, 1)} ${units[unit]}`;
}

// Made when first asked for: activation needs none of them.
const numbers = once(() => new Intl.NumberFormat(env.language));
const plural = once(() => new Intl.PluralRules(env.language));
const decimalPoint = once(
  () =>
    numbers()
      .formatToParts(0.5)
      .find(({ type }) => type === 'decimal')?.value ?? '.',
);

function once<T extends object | string>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

export const PLACE_NAMES: Readonly<Record<ModelPlace, string>> = {
  catalogue: l10n.t('Catalogue'),
  cache: l10n.t('Cache folder'),
  workspace: l10n.t('Workspace'),
  'hugging-face': l10n.t('Hugging Face cache'),
  ollama: 'Ollama',
  'lm-studio': 'LM Studio',
};

/** Why a model cannot be tuned here, in a word or two. */
export const OBSTACLES: Readonly<Record<Obstacle['kind'], string>> = {
  unsupported: l10n.t('not supported'),
  'too-large': l10n.t('too large'),
  incomplete: l10n.t('incomplete'),
  broken: l10n.t('damaged'),
};

/** Right of a model's name: `135M · Q4_1 · 98 MB`. */
export function modelFacts({ parameters, quantisation, size }: ModelSummary): string {
  return [parameters > 0 && parameterCount(parameters), quantisation, size > 0 && bytes(size)]
    .filter(Boolean)
    .join(' · ');
}

function parameterCount(count: number): string {
  if (count < 1e6) return `${Math.ceil(count / 1e3)}k`;
  return count < 1e9 ? `${Math.round(count / 1e6)}M` : `${fixed(count / 1e9, 1)}B`;
}

export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  preparing: l10n.t('preparing'),
  training: l10n.t('training'),
  paused: l10n.t('paused'),
  testing: l10n.t('testing'),
  finished: l10n.t('finished'),
  cancelled: l10n.t('cancelled'),
  failed: l10n.t('failed'),
  interrupted: l10n.t('interrupted'),
};

/** Right of a run's time in the sidebar: its score against the best hard prompt's, and how far it came. */
export function runDescription(run: RunSummary, best: boolean): string {
  const parts: string[] = [];
  if (best) parts.push('★');
  if (run.score !== undefined) {
    parts.push(run.scoreOn === 'test' ? percent(run.score) : l10n.t('{0} on validation', percent(run.score)));
    if (run.baseline !== undefined) parts.push(l10n.t('vs {0}', percent(run.baseline)));
  }
  if (run.state === 'finished') return parts.join(' ');
  const progress = run.steps > 0 ? ` ${formatCount(run.step)}/${formatCount(run.steps)}` : '';
  return [parts.join(' '), `${STATE_WORDS[run.state]}${progress}`].filter(Boolean).join(' · ');
}

/** `2026-11-22T10:15:30.123Z` → `22 Nov 10:15`, in local time. */
export function runTime(createdAt: string): string {
  const date = new Date(createdAt);
  if (Number.isNaN(date.getTime())) return createdAt;
  // English with the day before the month, as everywhere in the product.
  const language = /^en\b/.test(env.language) ? 'en-GB' : env.language;
  const day = date.toLocaleDateString(language, { day: 'numeric', month: 'short' });
  return `${day} ${date.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' })}`;
}
