import { resolve } from 'node:path';
import { listRuns, readRun } from '../engine/runs/readRuns';
import { deleteRun } from '../engine/runs/runFolder';
import { formatReport } from '../protocol/errors';
import { shortPath } from './comparison';
import type { CommandContext } from './context';
import type { ExitCode } from './exitCodes';
import { score, table } from './figures';
import { findRun } from './findRun';
import { reportRun } from './report';

/** `softprompt runs list [FOLDER]`. */
export async function list({ terminal }: CommandContext, folder = '.'): Promise<ExitCode> {
  const runs = await listRuns(resolve(folder));
  for (const run of runs) terminal.json({ type: 'run', ...run });
  if (runs.length === 0) {
    terminal.print(`No runs in ${shortPath(resolve(folder))}: they are kept beside their task file.`);
    return 0;
  }
  const rows = runs.map((run) => [
    run.id,
    run.state,
    run.modelName,
    `${run.step}/${run.steps}`,
    run.score === undefined ? '' : `${score(run.score)} on ${run.scoreOn}`,
    run.baseline === undefined ? '' : `${score(run.baseline)} hard prompt`,
  ]);
  for (const line of table(rows, 3)) terminal.print(line);
  return 0;
}

/** `softprompt runs show RUN`. */
export async function show({ terminal }: CommandContext, run: string): Promise<ExitCode> {
  const detail = await readRun(await findRun(run));
  const { record, predictions, folder } = detail;
  terminal.json({ type: 'run', ...detail });
  terminal.print(`${record.id}: ${record.state}`);
  if (record.error) terminal.print(formatReport(record.error));
  terminal.print(`Task     ${shortPath(record.task.file)}`);
  terminal.print(`Model    ${record.model.name}`);
  const { train, validation, test } = record.data.rows;
  terminal.print(`Rows     ${train} to learn from, ${validation} for validation, ${test} for the test`);
  if (record.labelWords) {
    terminal.print(
      `Labels   ${record.labelWords.map(({ label, word }) => `${label} “${word.trim()}”`).join(', ')}`,
    );
  }
  reportRun(terminal, folder, record, predictions);
  if (record.nearestWords) {
    terminal.print();
    terminal.print('Nearest words of the virtual tokens (a hint, not an explanation):');
    const rows = record.nearestWords.map(({ token, nearest }) => [
      `  ${token + 1}`,
      nearest.map(({ word, similarity }) => `${JSON.stringify(word)} ${similarity.toFixed(2)}`).join('  '),
    ]);
    for (const line of table(rows, 2)) terminal.print(line);
  }
  return 0;
}

/** `softprompt runs delete RUN`. */
export async function remove({ terminal }: CommandContext, run: string): Promise<ExitCode> {
  const folder = await findRun(run);
  await deleteRun(folder);
  terminal.json({ type: 'deleted', folder });
  terminal.print(`Deleted ${shortPath(folder)}.`);
  return 0;
}
