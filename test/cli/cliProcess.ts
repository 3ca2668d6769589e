import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { NODE_BUNDLE } from '../nodeBundle';

const ROOT = resolve(__dirname, '../..');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command line as it ships: bundled, in processes of its own. */
export class CliProcess {
  private constructor(
    private readonly folder: string,
    private readonly file: string,
  ) {}

  static async build(): Promise<CliProcess> {
    // Inside node_modules, so that the native runtime is found as it is from dist/.
    const caches = join(ROOT, 'node_modules', '.cache');
    mkdirSync(caches, { recursive: true });
    const folder = mkdtempSync(join(caches, 'cli-'));
    const file = join(folder, 'cli.cjs');
    await build({
      ...NODE_BUNDLE,
      entryPoints: [join(ROOT, 'src/cli/main.ts')],
      outfile: file,
    });
    return new CliProcess(folder, file);
  }

  start(
    parameters: readonly string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  ): ChildProcess {
    return spawn(process.execPath, [this.file, ...parameters], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
    });
  }

  run(
    parameters: readonly string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
  ): Promise<Ended> {
    const child = this.start(parameters, options);
    child.stdin?.end(options.input ?? '');
    return ended(child);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data) => {
    stdout += data;
  });
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

/** The JSON lines of an output. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
