import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REQUIREMENTS = resolve('test/oracle/requirements.txt');
const FOLDER = resolve('bench/.venv');

/** A Python with the packages that the fixtures are made with, in a virtual environment of the benchmark's own. */
export function preparePython(): string {
  const python = join(FOLDER, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const installed = join(FOLDER, 'installed.txt');
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return python;
  console.error(`Installing PyTorch, Transformers and PEFT into ${FOLDER} …`);
  run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', FOLDER]);
  run(python, ['-m', 'pip', 'install', '--quiet', '-r', REQUIREMENTS]);
  writeFileSync(installed, wanted);
  return python;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`, { cause: error });
}
