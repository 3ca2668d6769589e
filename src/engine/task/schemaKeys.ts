import { taskJsonSchema } from './taskSchema';

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
  anyOf?: SchemaNode[];
}

/** The keys that the task file knows at a path, of all alternatives together. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  let nodes = [taskJsonSchema() as SchemaNode];
  for (const key of path) {
    nodes = alternatives(nodes).flatMap(({ properties, additionalProperties }) => {
      const next = properties?.[String(key)] ?? additionalProperties;
      return typeof next === 'object' ? [next] : [];
    });
  }
  return [...new Set(alternatives(nodes).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

function alternatives(nodes: readonly SchemaNode[]): SchemaNode[] {
  return nodes.flatMap((node) => (node.anyOf ? alternatives(node.anyOf) : [node]));
}
