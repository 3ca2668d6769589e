import { l10n } from './l10n';

/** Where something went wrong, as far as it is known. Lines, columns and rows count from 1, as editors do. */
export interface Place {
  file?: string;
  line?: number;
  column?: number;
  /** Data row, the header not counted. */
  row?: number;
  /** Graph node, operator or tensor. */
  node?: string;
}

/** What kind of failure it was: decides the exit code in a terminal and the buttons in the editor. */
export type ErrorCode =
  | 'task-invalid'
  | 'data-invalid'
  | 'model-missing'
  | 'model-invalid'
  | 'model-unsupported'
  | 'download-failed'
  | 'out-of-memory'
  | 'disk-full'
  | 'run-invalid'
  | 'cancelled'
  | 'internal';

/** An error for people: what happened, where, and what to do next. */
export class SoftpromptError extends Error {
  override readonly name = 'SoftpromptError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: { place?: Place; hint?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
  }
}

/** A SoftpromptError as it crosses a process boundary. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  place?: Place;
  hint?: string;
  /** Only for `internal` errors, for the log. */
  stack?: string;
}

/** Turns anything thrown into a report; what is not a SoftpromptError becomes `internal` and keeps its stack. */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof SoftpromptError) {
    return {
      code: error.code,
      message: error.message,
      place: error.details.place,
      hint: error.details.hint,
    };
  }
  if (error instanceof Error) return { code: 'internal', message: error.message, stack: error.stack };
  return { code: 'internal', message: String(error) };
}

/** One line for a terminal or a notification: `file:line:column: message. hint`. */
export function formatReport(report: ErrorReport): string {
  const { file, line, column, row, node } = report.place ?? {};
  const position = [file, line, line === undefined ? undefined : column]
    .filter((part) => part !== undefined)
    .join(':');
  const within = [row === undefined ? '' : l10n`row ${row}`, node ?? ''].filter(Boolean).join(', ');
  const where = [position, within].filter(Boolean).join(', ');
  return `${where ? `${where}: ` : ''}${report.message}${report.hint ? `\n${report.hint}` : ''}`;
}
