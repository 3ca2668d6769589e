import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
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

function packedExtension(): string {
  const packed = ['dist', '.'].flatMap((folder) => {
    const path = join(REPOSITORY, folder);
    return existsSync(path)
      ? readdirSync(path)
          .filter((name) => name.endsWith('.vsix'))
          .map((name) => join(path, name))
      : [];
  });
  if (packed.length !== 1) {
    throw new Error(
      `Expected one .vsix in the repository, found ${packed.length}. Make one: npm run package`,
    );
  }
  return packed[0]!;
}
