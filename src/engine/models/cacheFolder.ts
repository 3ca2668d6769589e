import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where models and compiled models are kept: SOFTPROMPT_CACHE, else the system's place for caches. */
export function defaultCacheFolder(): string {
  const { SOFTPROMPT_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (SOFTPROMPT_CACHE) return SOFTPROMPT_CACHE;
  if (process.platform === 'win32') {
    return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'softprompt', 'Cache');
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'softprompt');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'softprompt');
}
