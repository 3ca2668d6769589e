import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installExtension } from './codeServer';
import { CACHE, REPOSITORY, SCREENSHOTS } from './places';

/** Installs VS Code where it is missing, and the packed extension as a user would. */
export async function setup(): Promise<void> {
  await rm(SCREENSHOTS, { recursive: true, force: true });
  await mkdir(SCREENSHOTS, { recursive: true });
  await rm(join(CACHE, 'code-server.log'), { force: true });
  execFileSync(process.execPath, [join(REPOSITORY, 'test/e2e/install.mjs')], { stdio: 'inherit' });
  await installExtension(packedExtension());
}

/** What `npm run package` makes of this version for this platform. */
function packedExtension(): string {
  const { name, version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  const vsix = join(REPOSITORY, `${name}-${process.platform}-${process.arch}-${version}.vsix`);
  if (!existsSync(vsix)) throw new Error(`${vsix} is missing. Make it: npm run package`);
  return vsix;
}
