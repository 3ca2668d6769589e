import type * as vscode from 'vscode';
import * as z from 'zod/mini';
import { EMPTY_PLAYGROUND, type Playground, playgroundSchema } from '../../protocol/playground';

const KEY = 'softprompt.playgrounds';

/** Runs whose playground is remembered; the one that was used longest ago is forgotten first. */
const MOST_RUNS = 20;

/** Characters of a run's tries: the editor has one small database for all that it keeps of a workspace. */
const MOST_CHARACTERS = 200_000;

const kept = z.catch(z.array(z.tuple([z.string(), playgroundSchema])), []);

/** The playgrounds of the workspace's runs, over reloads and closed panels: the last one used is the last in the list. */
export class PlaygroundMemory {
  constructor(private readonly memory: vscode.Memento) {}

  of(folder: string): Playground {
    return this.#all().get(folder) ?? EMPTY_PLAYGROUND;
  }

  async keep(folder: string, playground: Playground): Promise<void> {
    const all = this.#all();
    all.delete(folder);
    all.set(folder, { ...playground, tries: newestTries(playground.tries) });
    await this.memory.update(KEY, [...all].slice(-MOST_RUNS));
  }

  #all(): Map<string, Playground> {
    return new Map(kept.parse(this.memory.get(KEY) ?? []));
  }
}

/** As many as there is room for; they come newest first. */
function newestTries(tries: Playground['tries']): Playground['tries'] {
  let characters = 0;
  const tooMany = tries.findIndex((one) => {
    characters += JSON.stringify(one).length;
    return characters > MOST_CHARACTERS;
  });
  return tooMany < 0 ? tries : tries.slice(0, tooMany);
}
