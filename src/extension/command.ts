import type { Target } from './choose';
import type { Softprompt } from './context';

/** What runs when a command is called; failures are shown by whoever calls it. */
export type Command = (softprompt: Softprompt, target: Target) => Promise<unknown>;

/** Commands by their names in the manifest. */
export type CommandTable = Record<`softprompt.${string}`, Command>;
