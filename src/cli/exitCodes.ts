import type { ErrorCode } from '../protocol/errors';

/** What the process ends with; shown by `softprompt --help`. */
export const EXIT_CODES = {
  0: 'all went well',
  1: 'internal error: please report it',
  2: 'wrong usage of the command',
  3: 'the task, its data or the run is not valid',
  4: 'the model is missing, damaged or not supported',
  5: 'a download failed',
  6: 'not enough memory or disk space',
  130: 'interrupted or cancelled',
} as const;

export type ExitCode = keyof typeof EXIT_CODES;

export const USAGE_ERROR: ExitCode = 2;

/** Every kind of failure has its exit code: a new ErrorCode without one does not compile. */
export const EXIT_CODE_OF: Record<ErrorCode, ExitCode> = {
  internal: 1,
  'task-invalid': 3,
  'data-invalid': 3,
  'run-invalid': 3,
  'model-missing': 4,
  'model-invalid': 4,
  'model-unsupported': 4,
  'download-failed': 5,
  'out-of-memory': 6,
  'disk-full': 6,
  cancelled: 130,
};

/** The table for `--help`. */
export function describeExitCodes(): string {
  const lines = Object.entries(EXIT_CODES).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`);
  return ['Exit codes:', ...lines].join('\n');
}
