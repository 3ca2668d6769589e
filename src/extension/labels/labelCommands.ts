import * as vscode from 'vscode';
import { chooseTask, type Target } from '../choose';
import type { CommandTable } from '../command';
import type { Softprompt } from '../context';
import { offer } from '../offer';
import { excludeRows } from '../problems/excludeRows';
import { findLabels } from './findLabels';
import type { LabelNode } from './labelNodes';

/** Finding labels that look wrong, and deciding about them. */
export const LABEL_COMMANDS = {
  async 'softprompt.findSuspiciousLabels'(softprompt, target) {
    const task = await chooseTask(softprompt, isLabelTask(target) ? target.review.taskFile : target);
    if (task) await findLabels(softprompt, task);
  },

  'softprompt.nextSuspiciousLabel': (softprompt) => walk(softprompt, 1),

  'softprompt.previousSuspiciousLabel': (softprompt) => walk(softprompt, -1),

  async 'softprompt.openSuspiciousLabel'({ labels }, target) {
    if (isLabel(target)) await labels.show(target);
  },

  async 'softprompt.excludeSuspiciousRow'(softprompt, target) {
    await decide(softprompt, target, async ({ taskFile, label }) => {
      await excludeRows(softprompt, { kind: 'rows', taskFile, file: label.file, rows: [label.row] });
      await softprompt.labels.reviews.refresh();
    });
  },

  async 'softprompt.labelIsRight'(softprompt, target) {
    await decide(softprompt, target, async (node) => {
      const { reviews } = softprompt.labels;
      await reviews.dismiss(node.taskFile, node.label, true);
      offer(
        softprompt,
        vscode.l10n.t('The label “{0}” is right: the row is not listed any more.', node.label.given),
        { [vscode.l10n.t('Undo')]: () => reviews.dismiss(node.taskFile, node.label, false) },
      );
    });
  },

  async 'softprompt.labelIsSuspicious'({ labels }, target) {
    if (isLabel(target)) await labels.reviews.dismiss(target.taskFile, target.label, false);
  },

  'softprompt.showDismissedLabels': async ({ labels }) => labels.showDismissed(true),

  'softprompt.hideDismissedLabels': async ({ labels }) => labels.showDismissed(false),
} as const satisfies CommandTable;

async function walk({ labels }: Softprompt, step: 1 | -1): Promise<void> {
  if (await labels.walk(step)) return;
  const find = vscode.l10n.t('Find Suspicious Labels');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('There are no suspicious labels to look at.'),
    find,
  );
  if (choice === find) await vscode.commands.executeCommand('softprompt.findSuspiciousLabels');
}

/** Decides about the label of a line, or where none is meant, about the one walked to last; then goes on to the next. */
async function decide(
  { labels }: Softprompt,
  target: Target,
  decision: (node: LabelNode) => Promise<void>,
): Promise<void> {
  const node = isLabel(target) ? target : labels.current;
  if (node) {
    const label = await labels.reviews.upToDate(node.taskFile, node.label);
    if (label) await decision({ ...node, label });
  }
  if (!isLabel(target)) await labels.walk(1);
}

function isLabel(target: Target): target is LabelNode {
  return target instanceof Object && 'kind' in target && target.kind === 'label';
}

function isLabelTask(target: Target): target is Extract<Target, { kind: 'labels' }> {
  return target instanceof Object && 'kind' in target && target.kind === 'labels';
}
