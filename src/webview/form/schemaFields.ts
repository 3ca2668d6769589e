import schema from '../../../media/softprompt.schema.json';
import { tKnown } from '../kit/l10n';

// What the task file's schema says of its values: the only source of the form's explanations and limits.

interface SchemaNode {
  type?: string;
  description?: string;
  enum?: readonly string[];
  enumDescriptions?: readonly string[];
  const?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  properties?: Readonly<Record<string, SchemaNode>>;
  additionalProperties?: SchemaNode | boolean;
  anyOf?: readonly SchemaNode[];
  items?: SchemaNode;
}

export interface FieldSchema {
  kind: 'number' | 'choice' | 'switch' | 'text';
  description: string;
  whole: boolean;
  minimum?: number;
  maximum?: number;
  /** Values to choose from, each with what it means where the schema says so. */
  options: { value: string; description?: string }[];
}

/** What the schema says at a path, elements of lists left out of it; of several forms that a value may have, those that know the path. */
export function fieldSchema(path: readonly string[]): FieldSchema {
  const nodes = nodesAt(path);
  const all = nodes.flatMap(alternatives);
  const described = [...nodes, ...all].find(({ description }) => description);
  const types = all.map(({ type }) => type);
  const choices = all.find((node) => node.enum);
  const numbers = all.find(({ type }) => type === 'integer' || type === 'number');
  return {
    kind: choices ? 'choice' : numbers ? 'number' : types.includes('boolean') ? 'switch' : 'text',
    description: described?.description ? tKnown(described.description) : '',
    whole: types.includes('integer'),
    minimum: numbers?.minimum ?? numbers?.exclusiveMinimum,
    maximum: numbers?.maximum === Number.MAX_SAFE_INTEGER ? undefined : numbers?.maximum,
    options: (choices?.enum ?? []).map((value, index) => {
      const description = choices?.enumDescriptions?.[index];
      return { value, description: description && tKnown(description) };
    }),
  };
}

function nodesAt(path: readonly string[]): SchemaNode[] {
  let nodes: SchemaNode[] = [schema as SchemaNode];
  for (const key of path) {
    const inside = nodes.flatMap(alternatives).flatMap((node) => node.items ?? node);
    nodes = inside.flatMap(({ properties, additionalProperties }) => {
      const next = properties?.[key] ?? additionalProperties;
      return typeof next === 'object' ? [next] : [];
    });
  }
  return nodes;
}

function alternatives(node: SchemaNode): SchemaNode[] {
  return node.anyOf ? node.anyOf.flatMap(alternatives) : [node];
}
