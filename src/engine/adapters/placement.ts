import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import { PLACEMENTS, type Placement } from '../../protocol/taskFile';
import { replaceFile } from '../durableFile';

const FILE = 'softprompt.json';
const README_FILE = 'README.md';

const schema = z.looseObject({ version: z.literal(1), placement: z.enum(PLACEMENTS) });

const README = `# A soft prompt that stands behind the text

PEFT puts virtual tokens before the text, and its files cannot say otherwise: it loads this adapter, but its answers will not be
those of Softprompt. The virtual tokens of this adapter stand directly behind the text of the prompt's last column, and what follows
in the prompt stands behind them: put their vectors there among the embeddings of the input.
`;

/** Where an adapter's virtual tokens stand: beside PEFT's files, and nothing for the place that PEFT knows. */
export async function writePlacement(folder: string, placement: Placement): Promise<void> {
  if (placement === 'before') {
    await rm(join(folder, FILE), { force: true });
    return;
  }
  await replaceFile(join(folder, FILE), `${JSON.stringify({ version: 1, placement }, null, 2)}\n`);
  await replaceFile(join(folder, README_FILE), README);
}

/** @throws SoftpromptError `run-invalid` for a file that says something else. */
export async function readPlacement(folder: string): Promise<Placement> {
  const file = join(folder, FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'before';
    throw error;
  }
  const parsed = schema.safeParse(asJson(text));
  if (parsed.success) return parsed.data.placement;
  throw new SoftpromptError('run-invalid', l10n`The adapter does not say where its virtual tokens stand.`, {
    place: { file },
    hint: l10n`It says one of: ${PLACEMENTS.join(', ')}. The file may be from another version of Softprompt.`,
  });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
