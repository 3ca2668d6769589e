import { MOST_TRIES, type Playground, type Try } from '../../protocol/playground';
import { csvField } from '../charts/chartTable';

/** One more try: the newest is the first, the oldest goes when there are too many. */
export function addTry(playground: Playground, one: Try): Playground {
  return { ...playground, tries: [one, ...playground.tries].slice(0, MOST_TRIES) };
}

/** The words are in the text, an answer, or one's own hard prompt. */
export function matchesTry({ values, tuned, hard, hardPrompt }: Try, words: string): boolean {
  const needle = words.trim().toLowerCase();
  const texts = [...Object.values(values), tuned.predicted, hard?.predicted ?? '', ownText(hardPrompt)];
  return needle === '' || texts.some((text) => text.toLowerCase().includes(needle));
}

/** The tries as CSV (RFC 4180), newest first: a column for each of the template's. */
export function triesCsv(tries: readonly Try[]): string {
  const columns = [...new Set(tries.flatMap(({ values }) => Object.keys(values)))];
  const header = [
    'time',
    ...columns,
    'expected',
    'tuned',
    'tuned_probability',
    'tuned_ms',
    'hard_prompt',
    'own_text',
    'hard',
    'hard_probability',
    'hard_ms',
  ];
  const lines = tries.map(({ time, values, taken, tuned, hardPrompt, hard }) => [
    new Date(time).toISOString(),
    ...columns.map((column) => values[column]),
    taken?.target,
    tuned.predicted,
    tuned.probabilities?.[tuned.predicted],
    Math.round(tuned.milliseconds),
    hardPrompt.kind,
    ownText(hardPrompt),
    hard?.predicted,
    hard?.probabilities?.[hard.predicted],
    hard && Math.round(hard.milliseconds),
  ]);
  return `${[header, ...lines].map((line) => line.map((value) => csvField(value)).join(',')).join('\r\n')}\r\n`;
}

function ownText(hardPrompt: Try['hardPrompt']): string {
  return hardPrompt.kind === 'own' ? hardPrompt.text : '';
}
