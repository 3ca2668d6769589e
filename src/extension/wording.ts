import type { DatasetSummary } from '../protocol/dataset';
import type { ModelPlace, ModelSummary, Obstacle } from '../protocol/models';
import type { RunState, RunSummary } from '../protocol/runs';

// What lists, lenses and the status bar say, without the editor: plain text from plain data.

/** `1,204 rows`; singular where it is one. */
export function count(number: number, noun: string): string {
  const plural = /(s|ss|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}

/** `0.914` → `91.4 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Bytes for people, in decimal units as download pages use: `98 MB`. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, size < 1 ? 0 : Math.floor(Math.log10(size) / 3));
  const value = size / 1000 ** unit;
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export const PLACE_NAMES: Readonly<Record<ModelPlace, string>> = {
  catalogue: 'Catalogue',
  cache: 'Cache folder',
  workspace: 'Workspace',
  'hugging-face': 'Hugging Face cache',
  ollama: 'Ollama',
  'lm-studio': 'LM Studio',
};

/** Why a model cannot be tuned here, in a word or two. */
export const OBSTACLES: Readonly<Record<Obstacle['kind'], string>> = {
  unsupported: 'not supported',
  'too-large': 'too large',
  incomplete: 'incomplete',
  broken: 'damaged',
};

/** Right of a model's name: `135M · Q4_1 · 98 MB`. */
export function modelFacts({ parameters, quantisation, size }: ModelSummary): string {
  return [parameters > 0 && parameterCount(parameters), quantisation, size > 0 && bytes(size)]
    .filter(Boolean)
    .join(' · ');
}

function parameterCount(count: number): string {
  if (count < 1e6) return `${Math.ceil(count / 1e3)}k`;
  return count < 1e9 ? `${Math.round(count / 1e6)}M` : `${(count / 1e9).toFixed(1)}B`;
}

/** First lens of a dataset: `412 rows · 6 classes in category: billing 82, account 71, …`. */
export function datasetTitle(summary: DatasetSummary): string {
  const parts = [count(summary.rows, 'row')];
  const target = summary.columns.find((column) => column.name === summary.suggested?.target);
  if (target?.kind === 'class' && target.classes) {
    const shown = target.classes.slice(0, 3).map(({ value, count: rows }) => `${clip(value, 24)} ${rows}`);
    const more = target.distinct > shown.length ? ', …' : '';
    parts.push(`${count(target.distinct, 'class')} in ${target.name}: ${shown.join(', ')}${more}`);
  } else {
    parts.push(count(summary.columns.length, 'column'));
  }
  const errors = summary.problems.filter((problem) => problem.severity === 'error').length;
  const warnings = summary.problems.filter((problem) => problem.severity === 'warning').length;
  if (errors) parts.push(`$(error) ${count(errors, 'error')}`);
  if (warnings) parts.push(`$(warning) ${count(warnings, 'warning')}`);
  return parts.join(' · ');
}

export const STATE_WORDS: Readonly<Record<RunState, string>> = {
  preparing: 'preparing',
  training: 'training',
  paused: 'paused',
  testing: 'testing',
  finished: 'finished',
  cancelled: 'cancelled',
  failed: 'failed',
  interrupted: 'interrupted',
};

/** Right of a run's time in the sidebar: its score against the best hard prompt's, or how far it is. */
export function runDescription(run: RunSummary, best: boolean): string {
  const parts: string[] = [];
  if (best) parts.push('★');
  if (run.score !== undefined) {
    parts.push(run.scoreOn === 'test' ? percent(run.score) : `${percent(run.score)} on validation`);
    if (run.baseline !== undefined) parts.push(`vs ${percent(run.baseline)}`);
  }
  if (run.state === 'finished') return parts.join(' ');
  const progress = run.steps > 0 ? ` ${run.step}/${run.steps}` : '';
  return [`${STATE_WORDS[run.state]}${progress}`, parts.join(' ')].filter(Boolean).join(' · ');
}

/** The status bar while a run is live. */
export function statusText(run: RunSummary, loss: number | undefined): string {
  const icon = run.state === 'paused' ? '$(debug-pause)' : '$(sync~spin)';
  const parts = [`${icon} ${run.task}`];
  if (run.state === 'training' || run.state === 'paused') parts.push(`${run.step}/${run.steps}`);
  if (run.state !== 'training') parts.push(STATE_WORDS[run.state]);
  if (run.state === 'training' && loss !== undefined) parts.push(`loss ${loss.toFixed(3)}`);
  if (run.score !== undefined) parts.push(percent(run.score));
  return parts.join(' · ');
}

/** `2026-11-22T10:15:30.123Z` → `22 Nov 10:15`, in local time. */
export function runTime(createdAt: string): string {
  const date = new Date(createdAt);
  if (Number.isNaN(date.getTime())) return createdAt;
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return `${day} ${date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`;
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
