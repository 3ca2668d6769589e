import * as vscode from 'vscode';
import * as z from 'zod/mini';
import type { Params } from '../protocol/requests';
import { displayLanguage } from './translations';

export const SECTION = 'softprompt';

const settingsSchema = z.object({
  cacheFolder: z.catch(z.string().check(z.trim()), ''),
  threads: z.catch(z.int().check(z.gte(0), z.lte(1024)), 0),
});

/** The user's settings and language as the host takes them; empty and 0 mean that the host chooses. */
export function hostSettings(): Params<'initialize'> {
  const section = vscode.workspace.getConfiguration(SECTION);
  const { cacheFolder, threads } = settingsSchema.parse({
    cacheFolder: section.get('cacheFolder'),
    threads: section.get('threads'),
  });
  return {
    cacheFolder: cacheFolder || undefined,
    threads: threads || undefined,
    translations: displayLanguage(),
  };
}
