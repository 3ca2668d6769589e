import { l10n } from 'vscode';
import type { DatasetPredictions, RenderedPrompt, RowPrediction } from '../../protocol/dataset';
import { count, formatCount } from '../wording';
import { predictionDetails } from './hintText';
import { bar, codeBlock, columnsOfText } from './markdown';
import { promptBody } from './previewText';
import { clip, wholePercent } from './shortText';

/** Characters of a prompt that a hover shows; the preview shows all. */
const LONGEST_PROMPT = 1_200;
const SHOWN_LABELS = 10;
const BAR_WIDTH = 12;

export interface HoveredRow {
  prompt?: RenderedPrompt;
  prediction?: RowPrediction;
  kind: DatasetPredictions['kind'];
}

/** A row as the model sees it, and what a prompt answered to it, as Markdown. */
export function rowHoverText({ prompt, prediction, kind }: HoveredRow): string {
  const parts: string[] = [];
  const row = prompt?.row ?? prediction?.row ?? 0;
  const facts = [`**${l10n.t('Row {0}', formatCount(row))}**`];
  if (prompt) {
    facts.push(count(prompt.tokens, 'token'));
    if (prompt.cutTokens > 0) {
      facts.push(l10n.t('{0} cut to fit the limit', count(prompt.cutTokens, 'token')));
    }
  }
  parts.push(facts.join(' · '));
  if (prediction) parts.push(predictionDetails(prediction, kind).map(escaped).join('  \n'));
  if (prompt) parts.push(codeBlock(shortened(promptBody(prompt))));
  const labels = labelLines(prompt, prediction);
  if (labels) parts.push(labelsTitle(prompt, prediction), codeBlock(labels));
  else if (prompt?.target) parts.push(codeBlock(`→ ${clip(prompt.target, 300)}`));
  return parts.join('\n\n');
}

function labelsTitle(prompt: RenderedPrompt | undefined, prediction: RowPrediction | undefined): string {
  if (prediction?.probabilities) return l10n.t('How likely each label is:');
  return prompt?.classHead
    ? l10n.t('The classes, and the text each starts from:')
    : l10n.t('The labels, and the word that stands for each:');
}

/** Each label with the word that stands for it, how likely it was found, and which one is expected. */
function labelLines(prompt: RenderedPrompt | undefined, prediction: RowPrediction | undefined): string {
  const { probabilities } = prediction ?? {};
  const expected = prediction?.expected ?? prompt?.target;
  const words = new Map(prompt?.labelWords?.map(({ label, word }) => [label, word]));
  const likelihood = (label: string): number => probabilities?.[label] ?? 0;
  const labels = [...new Set([...Object.keys(probabilities ?? {}), ...words.keys()])];
  if (labels.length === 0) return '';
  const ordered = probabilities ? labels.sort((a, b) => likelihood(b) - likelihood(a)) : labels;
  const shown = ordered.filter((label, place) => place < SHOWN_LABELS || label === expected);
  const lines = shown.map((label) => [
    label === expected ? '→' : label === prediction?.predicted ? '✗' : ' ',
    clip(label, 40),
    words.has(label) ? JSON.stringify(words.get(label)) : '',
    probabilities ? bar(likelihood(label), BAR_WIDTH) : '',
    probabilities?.[label] === undefined ? '' : wholePercent(likelihood(label)),
    label === expected ? l10n.t('expected') : '',
  ]);
  const table = columnsOfText(lines, [4]);
  const more = labels.length - shown.length;
  return more > 0 ? `${table}\n${l10n.t('… and {0} more', formatCount(more))}` : table;
}

/** A long prompt without its middle: its end is where the answer stands. */
function shortened(text: string): string {
  if (text.length <= LONGEST_PROMPT) return text;
  const half = LONGEST_PROMPT / 2;
  return `${text.slice(0, half)} […] ${text.slice(-half)}`;
}

/** So that nothing in a sentence reads as Markdown or as a theme icon. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-!|<>~$&]/g, '\\$&');
}
