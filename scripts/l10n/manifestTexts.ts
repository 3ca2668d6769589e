import { applyEdits, modify } from 'jsonc-parser';

/** A text of package.json that a person sees, and the key under which package.nls.json has it. */
export interface ManifestText {
  path: (string | number)[];
  key: string;
  text: string;
}

type Json = { [name: string]: unknown };

/** Properties that hold texts; lists of texts among them. */
const VISIBLE = new Set([
  ...['title', 'shortTitle', 'name', 'contextualTitle', 'label', 'displayName', 'contents', 'altText'],
  ...['description', 'markdownDescription', 'deprecationMessage', 'markdownDeprecationMessage'],
  ...['enumDescriptions', 'markdownEnumDescriptions', 'enumItemLabels'],
]);

/** Where texts are, and how their keys begin. */
const ROOTS: readonly { path: string[]; prefix: string }[] = [
  { path: ['capabilities'], prefix: '' },
  { path: ['contributes', 'commands'], prefix: 'command' },
  { path: ['contributes', 'submenus'], prefix: 'menu' },
  { path: ['contributes', 'viewsContainers'], prefix: 'container' },
  { path: ['contributes', 'views'], prefix: 'view' },
  { path: ['contributes', 'viewsWelcome'], prefix: 'welcome' },
  { path: ['contributes', 'walkthroughs'], prefix: 'walkthrough' },
  { path: ['contributes', 'customEditors'], prefix: 'editor' },
  { path: ['contributes', 'colors'], prefix: 'color' },
  { path: ['contributes', 'configuration'], prefix: 'setting' },
];

/** Words of a path that say nothing in a key. */
const PLAIN = new Set(['properties', 'softprompt', 'steps', 'media', 'contents']);

/** Every text of the manifest that a person sees, whether it is a key already or not; the product's name is none. */
export function manifestTexts(manifest: Json): ManifestText[] {
  const found: ManifestText[] = [];
  const visit = (value: unknown, path: (string | number)[], names: string[], visible: boolean): void => {
    if (typeof value === 'string') {
      if (visible && value !== manifest.displayName) found.push({ path, key: names.join('.'), text: value });
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        const name = visible ? String(index) : nameOf(item, index);
        visit(item, [...path, index], [...names, ...name.split('.').filter(saysMore)], visible);
      });
    } else if (value !== null && typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) {
        const next = name === 'title' && names[0] === 'command' ? [] : name.split('.').filter(saysMore);
        visit(inner, [...path, name], [...names, ...next], VISIBLE.has(name));
      }
    }
  };
  visit(manifest.description, ['description'], ['description'], true);
  for (const { path, prefix } of ROOTS) {
    const value = path.reduce<unknown>((inner, name) => (inner as Json | undefined)?.[name], manifest);
    visit(value, path, prefix ? [prefix] : [], false);
  }
  return found;
}

/** What an entry of a list is called; entries without a name by their number. */
function nameOf(item: unknown, index: number): string {
  const { command, id, view, viewType } = item as Record<string, string | undefined>;
  return command ?? id ?? viewType ?? (view ? `${view}.${index + 1}` : String(index + 1));
}

function saysMore(word: string): boolean {
  return !PLAIN.has(word);
}

/** `%command.tune%` → `command.tune`. */
export function keyOf(text: string): string | undefined {
  return /^%([\w.-]+)%$/.exec(text)?.[1];
}

/** Moves plain texts of package.json into package.nls.json; keys that nothing asks for any more go. */
export function moveTexts(
  packageText: string,
  nls: Readonly<Record<string, string>>,
): { packageText: string; nls: Record<string, string> } {
  const kept: Record<string, string> = {};
  let moved = packageText;
  const texts = manifestTexts(JSON.parse(packageText));
  const taken = new Set(texts.map(({ text }) => keyOf(text)));
  for (const { path, key, text } of texts) {
    const known = keyOf(text);
    if (known !== undefined) {
      kept[known] = nls[known] ?? '';
      continue;
    }
    let free = key;
    for (let number = 2; taken.has(free); number++) free = `${key}.${number}`;
    taken.add(free);
    kept[free] = text;
    const formattingOptions = { insertSpaces: true, tabSize: 2 };
    moved = applyEdits(moved, modify(moved, path, `%${free}%`, { formattingOptions }));
  }
  return { packageText: moved, nls: kept };
}
