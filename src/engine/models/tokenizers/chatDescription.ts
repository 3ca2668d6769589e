import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** A chat template as a model's files have it. */
export interface ChatDescription {
  /** In Jinja. */
  template: string;
  /** Texts of the model's markers by the names that templates have for them: `bos_token`, `eos_token`, … */
  markers: Readonly<Record<string, string>>;
}

const TEMPLATE_FILE = 'chat_template.jinja';

/** Of several templates, for tools or retrieval, the one for conversations. */
const DEFAULT_NAME = 'default';

/** tokenizer_config.json has a template, or a list of named ones. */
const templateSchema = z.union([
  z.string().min(1),
  z
    .array(z.object({ name: z.string(), template: z.string().min(1) }))
    .min(1)
    .transform((list) => (list.find(({ name }) => name === DEFAULT_NAME) ?? list[0]!).template),
]);

/** A model folder's chat template: a file of its own goes before what tokenizer_config.json says. */
export async function chatOfFolder(
  folder: string,
  inSettings: unknown,
  markers: Readonly<Record<string, string | null | undefined>>,
): Promise<ChatDescription | undefined> {
  const file = await readFile(join(folder, TEMPLATE_FILE), 'utf8').catch(() => '');
  const template = file || templateSchema.safeParse(inSettings).data;
  if (!template) return undefined;
  const known = Object.entries(markers).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return { template, markers: Object.fromEntries(known) };
}
