import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { parseAst } from 'vitest/node';

/** What one source file says to people. */
export interface SourceTexts {
  /** Texts of `l10n.t('…')` and `t('…')`. */
  texts: string[];
  /** Calls that cannot be translated: no literal, or other arguments than the text has holes for. */
  wrong: string[];
  /** Literals that look like something a person reads, and are not translated. */
  untranslated: string[];
  /** Such literals where an engine's error or notice says something: its message, or its hint. */
  spoken: string[];
}

// As much of the syntax tree as is looked at here (ESTree).
interface Node {
  type: string;
  start: number;
  end: number;
  [part: string]: unknown;
}

/** Every file below the folders that people see something of. */
export function sourceFiles(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name))
      .sort(),
  );
}

export function readSource(file: string): SourceTexts {
  return sourceTexts(readFileSync(file, 'utf8'));
}

export function sourceTexts(typescript: string): SourceTexts {
  const { code } = transformSync(typescript, { loader: 'ts', target: 'esnext' });
  const found: SourceTexts = { texts: [], wrong: [], untranslated: [], spoken: [] };
  visit(parseAst(code) as unknown as Node, code, found);
  return found;
}

function visit(node: Node, code: string, found: SourceTexts): void {
  if (isTagged(node)) {
    const { quasi } = node as unknown as { quasi: Node };
    found.texts.push(quasis(quasi).reduce((text, part, index) => `${text}{${index - 1}}${part}`));
    for (const value of quasi.expressions as Node[]) visit(value, code, found);
    return;
  }
  for (const spoken of spokenParts(node)) found.spoken.push(...proseIn(spoken));
  if (isTranslation(node)) {
    const [text, ...values] = node.arguments as Node[];
    const literal = text && literalOf(text);
    const counted = !values.some(({ type }) => type === 'SpreadElement');
    if (literal === undefined || (counted && values.length !== holes(literal).size)) {
      found.wrong.push(code.slice(node.start, node.end));
    } else found.texts.push(literal);
    for (const value of values) visit(value, code, found);
    return;
  }
  if (isForNobody(node)) {
    // Only what is translated there counts: the reason in an Error may become part of what another says.
    visitParts(node, code, { ...found, untranslated: [], spoken: [] });
    return;
  }
  for (const shown of shownParts(node)) {
    const text = textOf(shown);
    if (text !== undefined && !isProse(text) && /\p{L}{2,}/u.test(text)) found.untranslated.push(text);
  }
  const text = textOf(node);
  if (text !== undefined && isProse(text)) found.untranslated.push(text);
  visitParts(node, code, found);
}

function visitParts(node: Node, code: string, found: SourceTexts): void {
  for (const [part, value] of Object.entries(node)) {
    if (part === 'key' && !node.computed) continue;
    const counts = part === 'arguments' && COUNTERS.test(nameOf(node.callee) ?? '');
    for (const child of Array.isArray(value) ? value.slice(0, counts ? 1 : undefined) : [value]) {
      if (child && typeof child === 'object' && 'type' in child) visit(child as Node, code, found);
    }
  }
}

/** `{0}`, `{1}` in a text. */
export function holes(text: string): Set<string> {
  return new Set(text.match(/\{\d+\}/g));
}

/** `t(…)`, `l10n.t(…)` or `vscode.l10n.t(…)`. */
function isTranslation({ type, callee }: Node): boolean {
  if (type !== 'CallExpression') return false;
  const called = callee as Node;
  if (called.type === 'Identifier') return called.name === 't';
  return called.type === 'MemberExpression' && nameOf(called) === 't' && nameOf(called.object) === 'l10n';
}

/** l10n`…`, as engine and host say things. */
function isTagged({ type, tag }: Node): boolean {
  return type === 'TaggedTemplateExpression' && nameOf(tag) === 'l10n';
}

/** What an error or a notice says. */
function spokenParts(node: Node): Node[] {
  if (node.type === 'CallExpression' || node.type === 'NewExpression') {
    return SPEAKERS.has(nameOf(node.callee) ?? '') ? (node.arguments as Node[]) : [];
  }
  return node.type === 'Property' && SPOKEN_PROPERTIES.test(nameOf(node.key) ?? '')
    ? [node.value as Node]
    : [];
}

const SPOKEN_PROPERTIES = /^(message|hint|notice|note|reason)$/;

/** Errors with a name, and functions, that say what they are given. */
const SPEAKERS = new Set([
  'SoftpromptError',
  'DescriptionError',
  'RefusalError',
  'TaskDataError',
  'broken',
  'contradictorySettings',
  'count',
  'cutShort',
  'diverged',
  'fail',
  'invalid',
  'invalidJson',
  'leaveOut',
  'malformed',
  'notice',
  'onNotice',
  'problem',
  'refusal',
  'refuse',
  'reject',
  'report',
  'reporter',
  'unsupported',
  'unsupportedSetting',
]);

/** Literals of a text that is put together from parts, those that are translated left out. */
function proseIn(node: Node): string[] {
  if (isTagged(node)) return [];
  const text = textOf(node);
  if (text !== undefined) return isProse(text) ? [text] : [];
  return ['left', 'right', 'consequent', 'alternate', 'expression', 'elements', 'object', 'callee']
    .flatMap((part) => node[part] ?? [])
    .flatMap((part) => (part !== null && typeof part === 'object' ? proseIn(part as Node) : []));
}

/** Log lines, what only a program reads, and errors that are bugs. */
function isForNobody(node: Node): boolean {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return true;
    case 'CallExpression':
      // What showFailure is told besides the error goes to the log.
      return (
        /^(log|console)$/.test(nameOf((node.callee as Node).object) ?? '') ||
        nameOf(node.callee) === 'showFailure'
      );
    case 'NewExpression':
      return /^(Range)?Error$/.test(nameOf(node.callee) ?? '');
    case 'Property':
      return /^(class|d|transform)$/.test(nameOf(node.key) ?? '');
    case 'AssignmentExpression':
      return /^(className|contextValue)$/.test(nameOf(node.left) ?? '');
    case 'BinaryExpression':
      return /^[!=]==?$/.test(String(node.operator));
    default:
      return false;
  }
}

/** Parts of a node that are shown whatever they say: an element's children, a field's label, a tooltip. */
function shownParts(node: Node): Node[] {
  if (node.type === 'CallExpression') {
    const first = SHOWN_ARGUMENTS.get(nameOf(node.callee) ?? '');
    return first === undefined ? [] : (node.arguments as Node[]).slice(first);
  }
  const shown = node.type === 'Property' && SHOWN_PROPERTIES.test(nameOf(node.key) ?? '');
  return shown ? [node.value as Node] : [];
}

/** Functions that show their arguments, from this one on. */
const SHOWN_ARGUMENTS = new Map([
  ['el', 2],
  ['fill', 1],
  ['setText', 1],
  ['showInformationMessage', 0],
  ['showWarningMessage', 0],
  ['showErrorMessage', 0],
]);
const SHOWN_PROPERTIES =
  /^(title|label|placeholder|placeHolder|tooltip|alt|aria-\w*(label|text|description))$/;

/** Functions whose second argument names what is counted, as a key of their table. */
const COUNTERS = /^(count|formatRows)$/;

/** What a name, a member or a string key is called. */
function nameOf(node: unknown): string | undefined {
  const { type, name, property, value } = (node ?? {}) as Node;
  if (type === 'Identifier' || type === 'PrivateIdentifier') return String(name);
  if (type === 'MemberExpression') return nameOf(property);
  return type === 'Literal' ? String(value) : undefined;
}

function literalOf(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type !== 'TemplateLiteral' || (node.expressions as Node[]).length > 0) return undefined;
  return quasis(node)[0];
}

/** A literal, or a template with `{}` for what is put into it. */
function textOf(node: Node): string | undefined {
  return literalOf(node) ?? (node.type === 'TemplateLiteral' ? quasis(node).join('{}') : undefined);
}

function quasis(node: Node): string[] {
  return (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
}

/** Two words beside each other, or one with a capital letter. */
function isProse(text: string): boolean {
  return /\p{L}{2,}[,;:.]? (\{\} )?\p{L}{2,}/u.test(text) || /^[^\p{L}]*\p{Lu}\p{Ll}{2,}/u.test(text);
}
