// Writes media/softprompt.schema.json from the task file's schema in src/protocol/taskFile.ts: `npm run schema`.
import { writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['src/engine/task/taskSchema.ts'],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
});
const module = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
await writeFile('media/softprompt.schema.json', `${JSON.stringify(module.taskJsonSchema(), null, 2)}\n`);
