// Sums the counts of the suites that .ci/run ran; fails when a test failed, a suite did not run, or no test was there.
// Files that were run again (NAME-again.json) count as they ended the second time, and are named.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = process.argv[2];

/** Test files by path, each with its tests' outcomes; null when there is no report. */
function filesOf(report) {
  const path = join(folder, `${report}.json`);
  if (!existsSync(path)) return null;
  const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
  return new Map(testResults.map((file) => [file.name, file]));
}

function sumSuite(name) {
  const files = filesOf(name) ?? new Map();
  const again = filesOf(`${name}-again`);
  for (const [file, result] of again ?? []) files.set(file, result);
  const outcomes = [...files.values()].flatMap((file) => file.assertionResults.map(({ status }) => status));
  const count = (...statuses) => outcomes.filter((status) => statuses.includes(status)).length;
  const passed = count('passed');
  // A suite that ended badly without a failed test (it did not compile, a file could not be loaded) counts as one.
  const last = again || existsSync(join(folder, `${name}-again.failed`)) ? `${name}-again` : name;
  const failed = count('failed') || Number(existsSync(join(folder, `${last}.failed`)));
  const leftOut = outcomes.length - passed - count('failed');
  console.log(`${name}: ${passed} passed, ${failed} failed, ${leftOut} left out`);
  if (again)
    console.log(
      `${name}: counted as run a second time: ${[...again.keys()].map((path) => basename(path)).join(', ')}`,
    );
  return { passed, failed };
}

const reports = readdirSync(folder).map((file) => file.replace(/(-again)?\.(json|failed)$/, ''));
const sums = [...new Set(reports)].map(sumSuite);
const passed = sums.reduce((sum, suite) => sum + suite.passed, 0);
const failed = sums.reduce((sum, suite) => sum + suite.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
