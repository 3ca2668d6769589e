import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

export interface TerminalOptions {
  /** One JSON object a line on standard output, and nothing else there. */
  json?: boolean;
  /** Results and errors only. */
  quiet?: boolean;
}

/** The little of a stream that a terminal needs; tests bring their own. */
export interface OutputStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/**
 * Where commands write: results to standard output, progress and messages to standard error, so that output can be
 * piped. With `--json`, results are JSON lines and people's text is left out.
 */
export class Terminal {
  private progressShown = false;

  constructor(
    readonly options: TerminalOptions = {},
    private readonly output: OutputStream = process.stdout,
    private readonly messages: OutputStream = process.stderr,
    private readonly environment: Record<string, string | undefined> = process.env,
  ) {}

  /** A person watches the messages: progress can be redrawn in place. */
  get live(): boolean {
    return Boolean(this.messages.isTTY) && !this.options.json && !this.options.quiet;
  }

  /** A line of the command's result. */
  print(text = ''): void {
    if (this.options.json) return;
    this.clearProgress();
    this.output.write(`${text}\n`);
  }

  /** One object for machines; written with `--json` only. */
  json(value: unknown): void {
    if (this.options.json) this.output.write(`${JSON.stringify(value)}\n`);
  }

  /** Something to know on the way. */
  note(text: string): void {
    if (this.options.json || this.options.quiet) return;
    this.clearProgress();
    this.messages.write(`${text}\n`);
  }

  /** Shown whatever the options. */
  error(text: string): void {
    this.clearProgress();
    this.messages.write(`${text}\n`);
  }

  /** The progress line, redrawn in place; nothing where nobody watches. */
  progress(text: string): void {
    if (!this.live) return;
    const width = (this.messages.columns ?? 80) - 1;
    this.messages.write(`\r\u001b[2K${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
    this.progressShown = true;
  }

  clearProgress(): void {
    if (this.progressShown) this.messages.write('\r\u001b[2K');
    this.progressShown = false;
  }

  /** Colour for results on standard output: only for people, and never against their will (https://no-color.org). */
  style(style: Style, text: string): string {
    return this.coloured(this.output) ? paint(style, text) : text;
  }

  /** Colour for messages on standard error. */
  styleMessage(style: Style, text: string): string {
    return this.coloured(this.messages) ? paint(style, text) : text;
  }

  private coloured(stream: OutputStream): boolean {
    return Boolean(stream.isTTY) && !this.environment.NO_COLOR && this.environment.TERM !== 'dumb';
  }
}

// The decision is ours: styleText's own check of the stream is newer than Node 20.
const paint = (style: Style, text: string): string => styleText(style, text, { validateStream: false });
