import { transformSync } from 'esbuild';
import { parseAst } from 'vitest/node';

/** What runs later than its module is loaded. */
const LATER = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/;

/** Texts l10n`…` of a file that are made while it is loaded: then nobody has said yet in which language. */
export function earlyTexts(typescript: string): string[] {
  const { code } = transformSync(typescript, { loader: 'ts', target: 'esnext' });
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (node !== null && typeof node === 'object') {
      const { type, tag, start, end, ...parts } = node as Record<string, unknown>;
      if (LATER.test(String(type)) || (type === 'PropertyDefinition' && !parts.static)) return;
      if (type === 'TaggedTemplateExpression' && (tag as { name?: string }).name === 'l10n')
        found.push(code.slice(start as number, end as number));
      Object.values(parts).forEach(visit);
    }
  };
  visit(parseAst(code));
  return found;
}
