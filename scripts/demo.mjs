// The demo: what the README tells a newcomer to type, after a build.
import { spawnSync } from 'node:child_process';

const COMMANDS = [
  ['models', 'pull', 'smollm2-135m-instruct'],
  ['train', 'samples/support/support.softprompt.json'],
];

for (const command of COMMANDS) {
  console.log(`\n$ softprompt ${command.join(' ')}`);
  const { status } = spawnSync(process.execPath, ['dist/cli.js', ...command, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
