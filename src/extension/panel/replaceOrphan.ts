import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Softprompt } from '../context';
import { panelTabs } from './panel';

/** A panel that VS Code brings back by itself is handed to us well within this. */
const HANDED_OVER_MILLISECONDS = 5_000;

/**
 * When the extension host dies, the editor starts another one but leaves the old one's panel standing: a page that nobody
 * answers, and that nobody can adopt. Once it is in view it is replaced by a panel that lives.
 */
export function replaceOrphan(softprompt: Softprompt): vscode.Disposable {
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking || !visibleOrphan(softprompt)) return;
    looking = true;
    try {
      await sleep(HANDED_OVER_MILLISECONDS);
      const orphan = visibleOrphan(softprompt);
      if (!orphan) return;
      softprompt.log.info('The panel belonged to an extension host that is gone; it is opened again.');
      const folder = await shownBefore(softprompt, orphan);
      if (folder) await softprompt.panel.open(folder);
    } finally {
      looking = false;
    }
  };
  void look();
  return vscode.window.tabGroups.onDidChangeTabs(() => void look());
}

/** The panel's tab in front, while no panel is ours. */
function visibleOrphan({ panel }: Softprompt): vscode.Tab | undefined {
  if (panel.isOpen || !vscode.workspace.isTrusted) return undefined;
  return panelTabs().find(({ isActive }) => isActive);
}

/** The run whose task the tab names, the newest one first. */
async function shownBefore({ runs }: Softprompt, { label }: vscode.Tab): Promise<string | undefined> {
  const newestFirst = (await runs.all()).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  return (newestFirst.find(({ task }) => label.endsWith(task)) ?? newestFirst[0])?.folder;
}
