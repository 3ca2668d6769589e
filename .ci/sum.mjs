// Sums the counts of the suites that .ci/run ran; fails when a test failed, a suite did not run, or no test was there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const names = [...new Set(readdirSync(folder).map((file) => file.replace(/\.(json|failed)$/, '')))];
let passed = 0;
let failed = 0;
for (const name of names) {
  const report = join(folder, `${name}.json`);
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0 } = counts;
  passed += numPassedTests;
  // A suite that ended badly without a failed test (it did not compile, a file could not be loaded) counts as one.
  failed += numFailedTests || Number(existsSync(join(folder, `${name}.failed`)));
  console.log(`${name}: ${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} left out`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
