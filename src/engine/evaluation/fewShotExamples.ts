import type { Tokenizer } from '../models/tokenizer';
import type { Random } from '../random';
import type { LabelledRow } from '../task/labelledRow';
import { type Beginning, prefaceConversation } from './preface';
import type { TaskReader } from './taskReader';

/** Between two examples, and between the last one and the row. */
const SEPARATOR = '\n\n';

/**
 * Examples before each row. Of a template, each is a filled-in text, its answer and a blank line; in a conversation they
 * are what user and assistant said earlier.
 */
export function examplesBefore(
  examples: readonly LabelledRow[],
  reader: TaskReader,
  tokenizer: Tokenizer,
): Beginning {
  const { conversation } = reader;
  if (conversation) {
    const said = examples.map((row) => ({
      filled: reader.read(row).filled,
      answer: reader.answerText(row),
    }));
    return prefaceConversation(conversation, tokenizer, { examples: said });
  }
  const separator = tokenizer.encode(SEPARATOR);
  const texts = examples.flatMap((row) => [...reader.readExample(row), ...separator]);
  return { shared: [...tokenizer.before, ...texts], tokens: (row) => row.continued };
}

/**
 * Draws up to `count` training rows as examples, the classes taking turns, so that their tokens fit into `room`.
 * Examples that are too long for what is left are passed over.
 */
export function chooseExamples(
  rows: readonly LabelledRow[],
  reader: TaskReader,
  { count, room }: { count: number; room: number },
  random: Random,
): LabelledRow[] {
  const queues = random.shuffle([...groupByClass(rows, reader).values()]);
  for (const queue of queues) random.shuffle(queue);
  const examples: LabelledRow[] = [];
  let left = room;
  while (examples.length < count && queues.some((queue) => queue.length > 0)) {
    for (const queue of queues) {
      const row = takeFitting(queue, left, reader);
      if (!row || examples.length === count) continue;
      examples.push(row);
      left -= exampleLength(row, reader);
    }
  }
  return examples;
}

/** Free text has no classes: all rows are one. */
function groupByClass(rows: readonly LabelledRow[], reader: TaskReader): Map<string, LabelledRow[]> {
  const groups = new Map<string, LabelledRow[]>();
  for (const row of rows) {
    const key = reader.kind === 'label' ? row.target : '';
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

function takeFitting(queue: LabelledRow[], room: number, reader: TaskReader): LabelledRow | undefined {
  for (let row = queue.pop(); row; row = queue.pop()) {
    if (exampleLength(row, reader) <= room) return row;
  }
  return undefined;
}

/** A blank line is two tokens at most. */
const exampleLength = (row: LabelledRow, reader: TaskReader): number =>
  reader.read(row).continued.length + reader.readAnswer(row).length + 2;
