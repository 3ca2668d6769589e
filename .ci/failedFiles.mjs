// Names the test files of a report in which something failed, one a line.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { name, status } of testResults) if (status === 'failed') console.log(basename(name));
