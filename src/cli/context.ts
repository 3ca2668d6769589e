import { defaultCacheFolder } from '../engine/models/cacheFolder';
import { Terminal } from './terminal';

/** Options that stand before or after any command. */
export interface GlobalOptions {
  json?: boolean;
  quiet?: boolean;
  cache?: string;
  threads?: number;
}

/** What every command works with. */
export interface CommandContext {
  terminal: Terminal;
  cacheFolder: string;
  threads?: number;
}

export function commandContext(options: GlobalOptions): CommandContext {
  return {
    terminal: new Terminal(options),
    cacheFolder: options.cache ?? defaultCacheFolder(),
    threads: options.threads,
  };
}
