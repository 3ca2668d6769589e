import { expect, it } from 'vitest';
import schema from '../../../media/softprompt.schema.json';
import { ADVANCED_FIELDS, TRAINING_FIELDS } from '../../../src/webview/form/fieldTable';
import { fieldSchema } from '../../../src/webview/form/schemaFields';

/** Settings with a part of the form of their own, and what is not set by hand. */
const ELSEWHERE = [
  /^\$schema$/,
  /^model$/,
  /^(template|messages)$/,
  /^data(\.(train|validation|test|exclude))?$/,
  /^target(\.(column|kind|words))?$/,
  /^method\.(kind|init)$/,
];

interface Node {
  properties?: Record<string, Node>;
  anyOf?: Node[];
}

/** Paths of all settings; `method.init` and the like, which have several forms, as a whole too. */
function settings(node: Node, path: string[] = []): string[] {
  const inner = [node, ...(node.anyOf ?? [])].flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([key, child]) => settings(child, [...path, key])),
  );
  const isLeaf = inner.length === 0 || node.anyOf !== undefined;
  return [...(isLeaf && path.length > 0 ? [path.join('.')] : []), ...inner];
}

const fields = [...TRAINING_FIELDS, ...ADVANCED_FIELDS.flatMap((group) => group.fields)];
const shown = fields.map(({ path }) => path.join('.'));

it('the form has a field for every setting of the task file, once', () => {
  const all = [...new Set(settings(schema as Node))].filter((path) => !path.startsWith('method.init.'));
  const plain = all.filter((path) => !ELSEWHERE.some((pattern) => pattern.test(path)));
  expect([...shown].sort()).toEqual(plain.sort());
});

it('takes explanations, limits and meanings from the schema', () => {
  for (const { path } of fields) expect(fieldSchema(path).description, path.join('.')).not.toBe('');
  expect(fieldSchema(['method', 'virtualTokens'])).toMatchObject({
    kind: 'number',
    minimum: 1,
    maximum: 512,
  });
  expect(fieldSchema(['evaluation', 'zeroShot']).kind).toBe('switch');
  expect(fieldSchema(['training', 'precision']).options.map(({ value }) => value)).toEqual([
    'auto',
    'float32',
    'int8',
  ]);
  for (const name of ['precision', 'decay']) {
    for (const { description } of fieldSchema(['training', name]).options) expect(description).toBeTruthy();
  }
  expect(fieldSchema(['messages', 'role']).options).toHaveLength(3);
});
