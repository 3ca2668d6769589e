import { statSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes } from '../engine/models/formatBytes';
import { runFiles } from '../engine/runs/runFolder';
import type { PredictionRecord, RunRecord } from '../protocol/runs';
import { comparisonTable, mistakes, shortPath, timeText, verdict } from './comparison';

import type { Terminal } from './terminal';

/** The end of a run for people: the comparison, a few mistakes, and where everything is. */
export function reportRun(
  terminal: Terminal,
  folder: string,
  record: RunRecord,
  predictions: readonly PredictionRecord[],
): void {
  reportComparison(terminal, record, predictions);
  const time = timeText(record);
  const best = record.best ? `step ${record.best.step} of ${record.steps}` : null;
  const { adapter } = runFiles(folder);
  const size = adapterSize(adapter);
  terminal.print();
  terminal.print(`Run      ${shortPath(folder)}`);
  if (size !== null) terminal.print(`Adapter  ${shortPath(adapter)} (${formatBytes(size)}, PEFT format)`);
  if (best) terminal.print(`Best     ${best}`);
  if (time) terminal.print(`Time     ${time}`);
  terminal.print();
  terminal.print(`Try it:  softprompt predict ${shortPath(folder)} "some text"`);
}

/** The table, what it says, and mistakes. */
export function reportComparison(
  terminal: Terminal,
  record: RunRecord,
  predictions: readonly PredictionRecord[],
): void {
  terminal.print();
  const [head, tuned, ...others] = comparisonTable(record);
  if (head) terminal.print(terminal.style('dim', head));
  if (tuned) terminal.print(terminal.style('bold', tuned));
  for (const line of others) terminal.print(line);
  const sentence = verdict(record);
  if (sentence) {
    terminal.print();
    terminal.print(sentence);
  }
  const examples = mistakes(predictions);
  if (examples.length > 0) {
    terminal.print();
    terminal.print('Some of its mistakes, the most confident first:');
    for (const line of examples) terminal.print(line);
  }
}

function adapterSize(adapter: string): number | null {
  try {
    return ['adapter_config.json', 'adapter_model.safetensors']
      .map((file) => statSync(join(adapter, file)).size)
      .reduce((total, size) => total + size);
  } catch {
    return null;
  }
}
