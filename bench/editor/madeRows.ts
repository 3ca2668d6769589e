import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parquetWriteBuffer } from 'hyparquet-writer';

const WORDS =
  'the "quoted" parcel, which we were told would arrive, is lost and nobody answers the phone'.split(' ');
const CLASSES = 20;
/** Rows that are handed to the disk at once. */
const BLOCK_ROWS = 10_000;

/** Different texts of 8 to 23 words, in 20 classes: the same at every call. */
export function* madeRows(): Generator<{ text: string; label: string }, never> {
  let state = 1;
  const draw = (n: number): number => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
  for (let i = 0; ; i++) {
    const words = Array.from({ length: 8 + draw(16) }, () => WORDS[draw(WORDS.length)]);
    yield { text: `${words.join(' ')} ${i}`, label: `class_${i % CLASSES}` };
  }
}

/** A CSV file of so many rows, or of so many bytes and a little more; answers with its rows. */
export async function writeCsv(file: string, most: { rows?: number; bytes?: number }): Promise<number> {
  const out = createWriteStream(file);
  const source = madeRows();
  let block = 'text,label\n';
  let [rows, bytes] = [0, 0];
  while (rows < (most.rows ?? Number.POSITIVE_INFINITY) && bytes < (most.bytes ?? Number.POSITIVE_INFINITY)) {
    const { text, label } = source.next().value;
    block += `"${text.replaceAll('"', '""')}",${label}\n`;
    if (++rows % BLOCK_ROWS > 0) continue;
    bytes += block.length;
    if (!out.write(block)) await once(out, 'drain');
    block = '';
  }
  out.end(block);
  await once(out, 'finish');
  return rows;
}

export async function writeParquet(file: string, rows: number): Promise<void> {
  const source = madeRows();
  const made = Array.from({ length: rows }, () => source.next().value);
  const columnData = (['text', 'label'] as const).map((name) => ({
    name,
    data: made.map((row) => row[name]),
  }));
  await writeFile(file, new Uint8Array(parquetWriteBuffer({ columnData })));
}
