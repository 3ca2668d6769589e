import { readFileSync } from 'node:fs';
import { MODEL_KINDS } from '../../src/protocol/models';
import { PHASES } from '../../src/protocol/phases';
import { type ManifestText, manifestTexts } from './manifestTexts';
import { holes, readSource, sourceFiles } from './sourceTexts';

/** The language that is kept complete. */
export const LANGUAGE = 'de';

/** Where people read something of ours. */
export const SHOWN = ['src/extension', 'src/webview'];
/** Whose errors and notices people read. */
export const SPEAKING = ['src/engine', 'src/host', 'src/protocol'];
const SCHEMA = 'media/softprompt.schema.json';

export type Texts = Record<string, string>;

export function readTexts(file: string): Texts {
  return JSON.parse(readFileSync(file, 'utf8')) as Texts;
}

export function readManifestTexts(): ManifestText[] {
  return manifestTexts(JSON.parse(readFileSync('package.json', 'utf8')));
}

/** Every text of the source once, in the order of files and lines; then what is shown of the schema and of tables. */
export function collectTexts(): string[] {
  const written = sourceFiles([...SHOWN, ...SPEAKING]).flatMap((file) => readSource(file).texts);
  const schema = schemaTexts(JSON.parse(readFileSync(SCHEMA, 'utf8')));
  return [...new Set([...written, ...schema, ...Object.values(MODEL_KINDS), ...PHASES])];
}

function schemaTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(schemaTexts);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'description' && typeof inner === 'string') return [inner];
    return name === 'enumDescriptions' ? (inner as string[]) : schemaTexts(inner);
  });
}

/** What is missing in a translation, what nobody asks for, and whose holes are not those of the English text. */
export function compareTexts(english: Readonly<Texts>, translated: Readonly<Texts>) {
  const same = (key: string): boolean => {
    const [there, wanted] = [holes(translated[key]!), holes(english[key]!)];
    return there.size === wanted.size && [...wanted].every((hole) => there.has(hole));
  };
  return {
    missing: Object.keys(english).filter((key) => !translated[key]),
    leftOver: Object.keys(translated).filter((key) => !(key in english)),
    otherHoles: Object.keys(english).filter((key) => translated[key] && !same(key)),
  };
}
