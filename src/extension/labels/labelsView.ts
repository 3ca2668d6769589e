import { basename } from 'node:path';
import * as vscode from 'vscode';
import { openPlace } from '../failures';
import { taskName } from '../files';
import type { Services } from '../services';
import { count, percent } from '../wording';
import { type LabelNode, type LabelTaskNode, labelNodes, sameLabel, stepTo } from './labelNodes';
import { LabelReviews, suspicion } from './labelReviews';

export const LABELS_VIEW = 'softprompt.labels';

type Node = LabelTaskNode | LabelNode;

/** Rows whose labels look wrong, as a list to walk through. Empty, it shows the welcome text of package.json. */
export class LabelsView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly reviews: LabelReviews;
  readonly #changed = new vscode.EventEmitter<void>();
  #tree: vscode.TreeView<Node> | undefined;
  #withDismissed = false;
  #nodes: LabelTaskNode[] = [];
  #last: { node: LabelNode; index: number } | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(private readonly softprompt: Pick<Services, 'host' | 'tasks' | 'log'>) {
    this.reviews = new LabelReviews(softprompt);
    this.reviews.onChanged(() => void this.#update());
  }

  /** Puts the view into the sidebar. */
  register(): vscode.Disposable {
    this.#tree = vscode.window.createTreeView<Node>(LABELS_VIEW, { treeDataProvider: this });
    return this.#tree;
  }

  /** The labels that nobody has decided about, as they are listed. */
  get open(): LabelNode[] {
    return this.#nodes.flatMap(({ labels }) => labels.filter(({ label }) => label.state === 'open'));
  }

  /** The label that was walked to last, or is selected. */
  get current(): LabelNode | undefined {
    const [selected] = this.#tree?.selection ?? [];
    return selected?.kind === 'label' ? selected : this.#last?.node;
  }

  showDismissed(shown: boolean): void {
    this.#withDismissed = shown;
    void vscode.commands.executeCommand('setContext', 'softprompt.showsDismissedLabels', shown);
    void this.#update();
  }

  /** Opens the row of the next label to look at, or the previous, and selects it here; false where there is none. */
  async walk(step: 1 | -1): Promise<boolean> {
    const { open } = this;
    const next = stepTo(open, this.#last, step);
    if (!next) return false;
    this.#last = next;
    await this.show(next.node);
    vscode.window.setStatusBarMessage(
      vscode.l10n.t('Suspicious label {0} of {1}', `${next.index + 1}`, `${open.length}`),
      8_000,
    );
    return true;
  }

  async show(node: LabelNode): Promise<void> {
    const index = this.open.findIndex((other) => sameLabel(other, node));
    if (index !== -1) this.#last = { node, index };
    await openPlace({ file: node.label.file, line: node.label.line });
    if (this.#tree?.visible) await this.#tree.reveal(node, { select: true, focus: false });
  }

  getChildren(node?: Node): Node[] {
    if (node) return node.kind === 'labels' ? node.labels : [];
    if (!vscode.workspace.isTrusted) return [];
    return this.#nodes.length === 1 ? this.#nodes[0]!.labels : this.#nodes;
  }

  getParent(node: Node): Node | undefined {
    if (node.kind === 'labels' || this.#nodes.length === 1) return undefined;
    return this.#nodes.find(({ labels }) => labels.includes(node));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'labels' ? taskItem(node) : labelItem(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: Node): vscode.TreeItem {
    if (node.kind === 'label') item.tooltip = tooltip(node);
    return item;
  }

  dispose(): void {
    this.reviews.dispose();
    this.#changed.dispose();
  }

  async #update(): Promise<void> {
    const reviews = this.reviews.all();
    this.#nodes = labelNodes(reviews, this.#withDismissed);
    const tasks = await this.softprompt.tasks.all();
    const set = (key: string, value: boolean): void =>
      void vscode.commands.executeCommand('setContext', key, value);
    set('softprompt.hasTasks', tasks.length > 0);
    set('softprompt.hasLabelReview', reviews.length > 0);
    this.#describe();
    this.#changed.fire();
  }

  #describe(): void {
    const tree = this.#tree;
    if (!tree) return;
    const open = this.open.length;
    tree.badge = open
      ? { value: open, tooltip: vscode.l10n.t('{0} suspicious labels to look at', `${open}`) }
      : undefined;
    const [only, ...others] = this.#nodes;
    tree.description = only && others.length === 0 ? taskName(only.review.taskFile) : undefined;
    tree.message = only && open === 0 ? nothingLeft(this.#nodes) : undefined;
  }
}

/** Where the list has come to its end, or never had anything. */
function nothingLeft(nodes: readonly LabelTaskNode[]): string {
  const reviews = nodes.map(({ review }) => review);
  const rows = count(
    reviews.reduce((sum, review) => sum + review.rows, 0),
    'row',
  );
  const decided = reviews.flatMap(({ labels }) => labels).length;
  return decided > 0
    ? vscode.l10n.t('All suspicious labels are decided about ({0} looked at).', rows)
    : vscode.l10n.t('No suspicious labels among {0}.', rows);
}

function taskItem({ review, labels }: LabelTaskNode): vscode.TreeItem {
  const item = new vscode.TreeItem(taskName(review.taskFile));
  item.id = review.taskFile;
  item.collapsibleState = vscode.TreeItemCollapsibleState.Expanded;
  item.description = count(labels.filter(({ label }) => label.state === 'open').length, 'label');
  item.iconPath = new vscode.ThemeIcon('target');
  item.contextValue = 'labels';
  return item;
}

function labelItem(node: LabelNode): vscode.TreeItem {
  const { text, given, predicted, confidence, file, row, state } = node.label;
  const item = new vscode.TreeItem(text.replace(/\s+/g, ' ').trim());
  const dismissed = state === 'dismissed';
  item.id = `${node.taskFile}\n${file}\n${row}`;
  item.description = `${given} → ${predicted} · ${percent(confidence)}`;
  item.iconPath = new vscode.ThemeIcon(dismissed ? 'pass' : 'question');
  item.contextValue = dismissed ? 'label dismissed' : 'label open';
  item.accessibilityInformation = { label: `${item.label}. ${suspicion(node.label)}` };
  item.command = {
    command: 'softprompt.openSuspiciousLabel',
    title: vscode.l10n.t('Open the Row'),
    arguments: [node],
  };
  return item;
}

function tooltip({ label }: LabelNode): vscode.MarkdownString {
  const { text, given, givenConfidence, predicted, confidence, file, line } = label;
  const page = new vscode.MarkdownString();
  page.appendText(text);
  page.appendMarkdown('\n\n---\n\n');
  page.appendText(vscode.l10n.t('Labelled “{0}”: {1}', given, percent(givenConfidence)));
  page.appendMarkdown('\n\n');
  page.appendText(vscode.l10n.t('Predicted “{0}”: {1}', predicted, percent(confidence)));
  page.appendMarkdown('\n\n');
  page.appendText(
    vscode.l10n.t(
      'By a prompt tuned on rows that this one is not among. {0}, line {1}',
      basename(file),
      `${line}`,
    ),
  );
  return page;
}
