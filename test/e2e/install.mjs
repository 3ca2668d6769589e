// Installs the real VS Code that the end-to-end tests drive. About two minutes the first time, nothing after that.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const vscode = join(folder, 'node_modules/code-server/lib/vscode');
/** Holds the lock file that was installed; written last, so that a broken install starts again. */
const installed = join(folder, 'node_modules/.installed-lock.json');
const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');

if (process.platform !== 'linux' || process.arch !== 'x64') {
  throw new Error('The end-to-end tests run on Linux x64 only.');
}
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  const npm = (cwd, ...args) =>
    execFileSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd,
      stdio: 'inherit',
    });
  console.log('Installing code-server for the end-to-end tests …');
  npm(folder, 'ci');
  // What code-server's own install script would do; every native part that is needed ships prebuilt.
  npm(vscode, 'install', '--omit=dev'); // not ci: its own lock file lacks a package
  for (const [link, target] of [
    ['bin/remote-cli/code-server', 'code-linux.sh'],
    ['bin/helpers/browser.sh', 'browser-linux.sh'],
  ]) {
    rmSync(join(vscode, link), { force: true });
    symlinkSync(target, join(vscode, link));
  }
  writeFileSync(installed, lock);
}
