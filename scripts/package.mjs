// Packs the platform's .vsix: production bundles, and of onnxruntime-node's binaries only those of one platform.
//   node scripts/package.mjs [--target linux-x64]

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createVSIX, listFiles } from '@vscode/vsce';

/** VS Code's platforms that onnxruntime-node has binaries for. */
const FOLDERS = {
  'darwin-arm64': 'darwin/arm64',
  'linux-arm64': 'linux/arm64',
  'linux-x64': 'linux/x64',
  'win32-arm64': 'win32/arm64',
  'win32-x64': 'win32/x64',
};

/** The extension's own bundle is loaded with the editor; what is heavy belongs into the training host. */
const MOST_BUNDLE_BYTES = 300_000;

const asked = process.argv.indexOf('--target');
const target = asked === -1 ? `${process.platform}-${process.arch}` : process.argv[asked + 1];
const folder = FOLDERS[target];
if (!folder) {
  console.error(`There is no runtime for ${target}. Known targets: ${Object.keys(FOLDERS).join(', ')}.`);
  process.exit(2);
}
const binaries = `node_modules/onnxruntime-node/bin/napi-v6/${folder}`;
if (!existsSync(binaries)) {
  console.error(`${binaries} is missing. Run npm ci first.`);
  process.exit(1);
}

execFileSync(process.execPath, ['scripts/build.mjs', '--production'], { stdio: 'inherit' });
const { size } = statSync('dist/extension.js');
if (size > MOST_BUNDLE_BYTES) {
  console.error(
    `dist/extension.js has ${size} bytes; more than ${MOST_BUNDLE_BYTES} slow the editor's start down.`,
  );
  process.exit(1);
}

// On macOS the library is there twice, once under its full version: the binding asks for the short name only.
const needed = readdirSync(binaries).filter((file) => !/^libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(file));
const ignoreFile = join(mkdtempSync(join(tmpdir(), 'softprompt-package-')), 'vscodeignore');
const rules = [readFileSync('.vscodeignore', 'utf8'), ...needed.map((file) => `!${binaries}/${file}`)];
writeFileSync(ignoreFile, `${rules.join('\n')}\n`);

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const packagePath = `${name}-${target}-${version}.vsix`;
try {
  await createVSIX({
    cwd: process.cwd(),
    target,
    packagePath,
    ignoreFile,
    // The project is not tied to a place on the web yet: links in the README stay as they are.
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  for (const file of await listFiles({ cwd: process.cwd(), ignoreFile })) {
    console.log(`${String(statSync(file).size).padStart(11)}  ${file}`);
  }
} finally {
  rmSync(dirname(ignoreFile), { recursive: true });
}
console.log(`${packagePath}: ${(statSync(packagePath).size / 1e6).toFixed(1)} MB`);
