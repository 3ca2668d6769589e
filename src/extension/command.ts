import type { Target } from './choose';
import type { Softprompt } from './context';
import type { SidebarNode } from './sidebar/sidebarTree';

/** What runs when a command is called; failures are shown by whoever calls it. */
export type Command = (
  softprompt: Softprompt,
  target: Target,
  /** In a tree with several lines selected: all of them, the target among them. */
  selected?: readonly SidebarNode[],
) => Promise<unknown>;

/** Commands by their names in the manifest. */
export type CommandTable = Record<`softprompt.${string}`, Command>;
