import { join } from 'node:path';
import { build } from 'esbuild';
import type { HostLog } from '../../src/extension/host/hostConnection';
import { NODE_BUNDLE } from '../nodeBundle';

const ROOT = join(__dirname, '../..');

/** Bundles the host as the extension ships it, into a folder of the test's own, and answers with host.js. */
export async function buildHost(name: string): Promise<string> {
  const outdir = join(ROOT, 'node_modules/.cache/softprompt-test', name);
  await build({
    ...NODE_BUNDLE,
    entryPoints: { host: join(ROOT, 'src/host/main.ts'), worker: join(ROOT, 'src/host/worker.ts') },
    outdir,
  });
  return join(outdir, 'host.js');
}

/** A log that keeps what it is told. */
export function keepingLog(): HostLog & { lines: string[] } {
  const lines: string[] = [];
  const keep = (message: string): void => {
    lines.push(message);
  };
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
}
