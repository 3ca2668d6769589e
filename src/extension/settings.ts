import * as vscode from 'vscode';
import * as z from 'zod';
import type { Params } from '../protocol/requests';

export const SECTION = 'softprompt';

const settingsSchema = z.object({
  cacheFolder: z.string().trim().catch(''),
  threads: z.int().min(0).max(1024).catch(0),
});

/** The user's settings as the host takes them; empty and 0 mean that the host chooses. */
export function hostSettings(): Params<'initialize'> {
  const section = vscode.workspace.getConfiguration(SECTION);
  const { cacheFolder, threads } = settingsSchema.parse({
    cacheFolder: section.get('cacheFolder'),
    threads: section.get('threads'),
  });
  return { cacheFolder: cacheFolder || undefined, threads: threads || undefined };
}
