// Puts measurements into docs/benchmarks.md, and their pictures beside it; what is not given stays as it is:
//   npm run bench:docs -- [--steps STEPS.json] [--long STEPS.json] [--training training.jsonl] [--growth growth.json]
//     [--activation activation.json] [--datasets datasets.json]
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Growth, growthPicture, growthTable } from './compare/growthReport';
import type { Machine } from './compare/machine';
import { fillSection, markdownTable } from './compare/markdown';
import { type Figures, figuresTable } from './compare/report';
import type { Operations, Rates } from './compare/theory';
import { TrainingRecords } from './compare/trainingRecord';
import { trainingFigures, trainingPicture, trainingTable } from './compare/trainingReport';
import { type ActivationRecord, activationTable } from './editor/activationReport';
import { type DatasetsRecord, megabytes, tablesTable, textTable } from './editor/datasetsReport';

const PAGE = 'docs/benchmarks.md';
const { values: options } = parseArgs({
  options: {
    steps: { type: 'string' },
    long: { type: 'string' },
    training: { type: 'string' },
    setting: { type: 'string' }, // Of the trainings, where there are several: the last one unless told.
    target: { type: 'string', default: '0.86' },
    growth: { type: 'string' },
    activation: { type: 'string' },
    datasets: { type: 'string' },
  },
});

interface Loads {
  loadBefore: number;
  loadAfter?: number;
}

/** What bench/steps.ts writes. */
interface StepsRecord {
  date: string;
  machine: Machine & Loads;
  versions: string[];
  options: { steps: string; rounds: string; batch: string; tokens?: string; pass?: string; sorted: boolean };
  figures: Record<string, Figures>;
  theory: {
    operations: Operations;
    rates: Rates;
    least: Record<string, { secondsAStep: number; share: number }>;
  };
}

const where = (date: string, { processor, cores, threads, loadBefore, loadAfter }: Machine & Loads) => {
  const load =
    loadAfter === undefined ? loadBefore.toFixed(1) : `${loadBefore.toFixed(1)} to ${loadAfter.toFixed(1)}`;
  return `${date.slice(0, 10)}, ${processor}, ${cores} cores, ${threads} threads, load ${load}`;
};

function describeSteps(file: string): string {
  const { date, machine, versions, options, figures, theory } = readJson<StepsRecord>(file);
  const steps = Number(options.steps);
  const { operations, rates, least } = theory;
  const giga = (value: number) => (value / 1e9).toFixed(0);
  const shares = Object.entries(least).map(
    ([name, { secondsAStep, share }]) =>
      `${name} ${secondsAStep.toFixed(2)} s at least, of which ${(100 * share).toFixed(0)} % are reached`,
  );
  const texts = options.tokens ? ` of ${options.tokens} tokens` : '';
  const passes = options.pass ? `, ${options.pass} at a time in PyTorch` : '';
  const sorted = options.sorted ? ', of like length together' : '';
  return [
    `${where(date, machine)}; ${versions.join(', ')}. ${steps} steps of ${options.batch} rows${texts}${passes}${sorted}; of ${options.rounds} rounds the shortest time of each step counts.`,
    markdownTable(figuresTable(figures)),
    `The matrix products of a step are ${giga((operations.forward + operations.backward) / steps)} GFLOP; the largest rates measured here are ${giga(rates.float32)} GFLOP/s in float32 and ${giga(rates.int8)} in int8. At these rates a step takes: ${shares.join('; ')}.`,
  ].join('\n\n');
}

function describeTraining(file: string): string {
  const records = new TrainingRecords(file);
  const setting = options.setting ?? records.last?.setting;
  const all = setting === undefined ? [] : records.of(setting);
  if (all.length === 0) throw new Error(`${file}: no trainings`);
  const target = Number(options.target);
  const [{ date, machine, losses, rowsAStep, lookRows }] = all as [(typeof all)[0]];
  writeFileSync('docs/training.svg', trainingPicture(all));
  return [
    `${where(date, machine)}. ${losses.length} steps of ${rowsAStep} rows; accuracy on ${lookRows} rows that were held out.`,
    markdownTable(trainingTable(trainingFigures(all, target), target)),
    '![Training loss by step, and accuracy by seconds of training](training.svg)',
  ].join('\n\n');
}

function describeGrowth(file: string): string {
  const { date, machine, growths } = readJson<{ date: string; machine: Machine & Loads; growths: Growth[] }>(
    file,
  );
  writeFileSync('docs/growth.svg', growthPicture(growths));
  const ended = growths.filter((growth) => growth.ended);
  return [
    `${where(date, machine)}.`,
    markdownTable(growthTable(growths)),
    ...ended.map(({ variant, dimension, ended }) => `${variant}, ${dimension}: ${ended}.`),
    '![Seconds a step by rows, tokens a row, virtual tokens and layers](growth.svg)',
  ].join('\n\n');
}

function describeActivation(file: string): string {
  const { date, machine, bytes, activations } = readJson<ActivationRecord>(file);
  return [
    `${where(date, machine)}. \`extension.js\` has ${(bytes / 1000).toFixed(0)} kB; ${activations.length} rounds.`,
    markdownTable(activationTable({ activations })),
  ].join('\n\n');
}

function describeDatasets(file: string): string {
  const { date, machine, model, text, tables } = readJson<DatasetsRecord>(file);
  return [
    `${where(date, machine)}; tokens of ${model}.`,
    markdownTable(textTable({ text })),
    `The training host had at most ${megabytes(text.memory)} MB meanwhile. As tables:`,
    markdownTable(tablesTable({ tables })),
  ].join('\n\n');
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8'));
}

let page = readFileSync(PAGE, 'utf8');
if (options.steps) page = fillSection(page, 'steps', describeSteps(options.steps));
if (options.long) page = fillSection(page, 'long', describeSteps(options.long));
if (options.training) page = fillSection(page, 'training', describeTraining(options.training));
if (options.growth) page = fillSection(page, 'growth', describeGrowth(options.growth));
if (options.activation) page = fillSection(page, 'activation', describeActivation(options.activation));
if (options.datasets) page = fillSection(page, 'datasets', describeDatasets(options.datasets));
writeFileSync(PAGE, page);
