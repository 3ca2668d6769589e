import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A folder with these files, removed after the test. */
export async function workspace(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-task-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  return folder;
}

/** A CSV of `rows` different texts in these classes, in turn. */
export function supportCsv(
  rows: number,
  labels: string[] = ['billing', 'delivery'],
  prefix = 'Message',
): string {
  const lines = Array.from(
    { length: rows },
    (_, i) => `"${prefix} number ${i}, please answer me soon.",${labels[i % labels.length]}`,
  );
  return `text,label\n${lines.join('\n')}\n`;
}
