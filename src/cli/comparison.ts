import { relative } from 'node:path';
import { type Contender, headlineScore, type Interval, type Metrics } from '../protocol/metrics';
import type { PredictionRecord, RunRecord } from '../protocol/runs';
import { duration, oneLine, percent, score, table } from './figures';

const ORDER: readonly Contender[] = ['tuned', 'few-shot', 'zero-shot'];

/** The tuned prompt beside the hard prompts it has to beat, best figures on the same test rows. */
export function comparisonTable(record: RunRecord): string[] {
  const results = ORDER.flatMap((contender) => {
    const metrics = record.results[contender];
    return metrics ? [{ contender, metrics }] : [];
  });
  const first = results[0];
  if (!first) return [];
  const head = [
    `Test, ${first.metrics.rows} ${first.metrics.rows === 1 ? 'row' : 'rows'}`,
    ...columns(first.metrics).map(({ title }) => title),
  ];
  const rows = results.map(({ contender, metrics }) => [
    contenderName(contender, record),
    ...columns(metrics).map(({ text }) => text),
  ]);
  return table([head, ...rows]);
}

function columns(metrics: Metrics): { title: string; text: string }[] {
  const loss = { title: 'loss', text: score(metrics.loss) };
  return metrics.kind === 'label'
    ? [
        { title: 'accuracy', text: score(metrics.accuracy) },
        { title: '95 % interval', text: intervalText(metrics.interval) },
        { title: 'macro F1', text: score(metrics.macroF1) },
        loss,
      ]
    : [
        { title: 'word F1', text: score(metrics.wordF1) },
        { title: 'exact match', text: score(metrics.exactMatch) },
        { title: '95 % interval', text: intervalText(metrics.interval) },
        loss,
      ];
}

const intervalText = ([low, high]: Interval): string => `${score(low)} – ${score(high)}`;

function contenderName(contender: Contender, { task, fewShotExamples }: RunRecord): string {
  const { virtualTokens, placement } = task.method;
  const examples = fewShotExamples ?? task.evaluation.fewShot;
  const names: Record<Contender, string> = {
    tuned: `tuned soft prompt (${virtualTokens} virtual tokens${placement === 'after' ? ' behind the text' : ''})`,
    'few-shot': `few-shot (${examples} ${examples === 1 ? 'example' : 'examples'})`,
    'zero-shot': task.evaluation.hardPrompt ? 'zero-shot (your hard prompt)' : 'zero-shot (bare template)',
  };
  return names[contender];
}

/** In a sentence: by how much the tuned prompt beats the best hard prompt, or that it does not. */
export function verdict(record: RunRecord): string | null {
  const { tuned, ...hardPrompts } = record.results;
  const hard = Object.entries(hardPrompts) as [Contender, Metrics][];
  if (!tuned || hard.length === 0) return null;
  const [contender, best] = hard.reduce((a, b) => (headlineScore(b[1]) > headlineScore(a[1]) ? b : a));
  const gain = headlineScore(tuned) - headlineScore(best);
  const name = tuned.kind === 'label' ? 'accuracy' : 'word F1';
  if (gain <= 0) {
    return `The tuned prompt does not beat ${contender} (${name} ${score(headlineScore(best))}): more steps, more rows or more virtual tokens may help.`;
  }
  const points = (100 * gain).toFixed(1);
  // The interval of a text task is that of its exact matches, not of word F1.
  const overlap = tuned.kind === 'label' && tuned.interval[0] < best.interval[1];
  const doubt = overlap ? ' The intervals overlap: more test rows would tell more.' : '';
  return `The tuned prompt beats the best hard prompt (${contender}) by ${points} points of ${name}.${doubt}`;
}

/** A few of the tuned prompt's mistakes, the most confident first: those tell most. */
export function mistakes(predictions: readonly PredictionRecord[], count = 5): string[] {
  return predictions
    .filter(({ correct }) => !correct)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, count)
    .flatMap(({ file, line, expected, predicted, confidence, text }) => [
      `  ${shortPath(file)}:${line}  expected ${quote(expected)}, answered ${quote(predicted)} (${percent(confidence)})`,
      `    ${oneLine(text, 96)}`,
    ]);
}

/** A path as people would type it here. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}

export function timeText({ seconds }: RunRecord): string | null {
  return seconds
    ? `${duration(seconds.total)} (training ${duration(seconds.training)}, evaluation ${duration(seconds.evaluation)})`
    : null;
}

const quote = (text: string): string => (/^[\w-]+$/u.test(text) ? text : `“${oneLine(text, 60)}”`);
