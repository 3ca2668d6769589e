import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { taskJsonSchema } from '../../src/engine/task/taskSchema';

describe('the JSON Schema of the task file', () => {
  it('is what `npm run schema` wrote last', async () => {
    const written = await readFile(join(__dirname, '../../media/softprompt.schema.json'), 'utf8');
    expect(JSON.parse(written), 'run `npm run schema`').toEqual(taskJsonSchema());
  });

  it('describes every property of the task file for the editor', () => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries((node as { properties?: object }).properties ?? {})) {
        const {
          description,
          const: constant,
          anyOf,
        } = value as { description?: string; const?: string; anyOf?: unknown[] };
        if (!description && constant === undefined && !anyOf && key !== '$schema')
          undescribed.push(`${path}.${key}`);
        visit(value, `${path}.${key}`);
      }
      for (const part of (node as { anyOf?: unknown[] }).anyOf ?? []) visit(part, path);
    };
    visit(taskJsonSchema(), '');
    expect(undescribed).toEqual([]);
  });
});
