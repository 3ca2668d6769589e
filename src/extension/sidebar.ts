import * as vscode from 'vscode';
import { reportError } from '../protocol/errors';
import type { ModelSummary } from '../protocol/models';
import type { HostClient } from './hostClient';
import type { RunStore } from './runStore';
import {
  appearance,
  type ModelNode,
  modelNodes,
  type RunNode,
  type SidebarNode,
  type TaskNode,
  taskNodes,
} from './sidebarTree';
import type { TaskIndex } from './taskIndex';

/** Live runs tell of each step; the tree is redrawn this often at most. */
const REDRAW_MILLISECONDS = 500;

/** Tasks with their runs and scores. Empty, it shows the welcome text of package.json. */
export class TasksView implements vscode.TreeDataProvider<TaskNode | RunNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  #redraw: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly tasks: TaskIndex,
    private readonly runs: RunStore,
  ) {
    this.#subscriptions = [
      tasks.onChanged(() => this.#soon()),
      runs.onChanged(() => this.#soon()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#soon()),
    ];
  }

  async getChildren(node?: TaskNode | RunNode): Promise<(TaskNode | RunNode)[]> {
    if (node) return node.kind === 'task' ? node.runs : [];
    if (!vscode.workspace.isTrusted) return [];
    const [tasks, runs] = await Promise.all([this.tasks.all(), this.runs.all()]);
    return taskNodes(tasks, runs);
  }

  getTreeItem(node: TaskNode | RunNode): vscode.TreeItem {
    const item = treeItem(node);
    if (node.kind === 'task') {
      item.id = node.task.file;
      item.collapsibleState = node.runs.length
        ? vscode.TreeItemCollapsibleState.Expanded
        : vscode.TreeItemCollapsibleState.None;
      if (!node.orphan) {
        const uri = vscode.Uri.file(node.task.file);
        item.command = { command: 'vscode.open', title: 'Open', arguments: [uri] };
      }
    } else {
      item.id = node.run.folder;
      item.command = { command: 'softprompt.openPanel', title: 'Open Panel', arguments: [node] };
    }
    return item;
  }

  dispose(): void {
    clearTimeout(this.#redraw);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  #soon(): void {
    this.#redraw ??= setTimeout(() => {
      this.#redraw = undefined;
      this.#changed.fire();
    }, REDRAW_MILLISECONDS);
  }
}

/** Base models on disk and in the catalogue. */
export class ModelsView implements vscode.TreeDataProvider<ModelNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #trusted = vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh());
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly host: HostClient,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async getChildren(node?: ModelNode): Promise<ModelNode[]> {
    if (node || !vscode.workspace.isTrusted) return [];
    return modelNodes(await this.#models());
  }

  getTreeItem(node: ModelNode): vscode.TreeItem {
    return treeItem(node);
  }

  refresh(): void {
    this.#changed.fire();
  }

  dispose(): void {
    this.#trusted.dispose();
    this.#changed.dispose();
  }

  async #models(): Promise<ModelSummary[]> {
    try {
      return (await this.host.request('models/list', {})).models;
    } catch (error) {
      this.log.error(`Models: ${reportError(error).message}`);
      return [];
    }
  }
}

function treeItem(node: SidebarNode): vscode.TreeItem {
  const { label, description, tooltip, icon, color, context } = appearance(node);
  const item = new vscode.TreeItem(label);
  item.description = description;
  item.tooltip = tooltip;
  item.iconPath = new vscode.ThemeIcon(icon, color ? new vscode.ThemeColor(color) : undefined);
  item.contextValue = context;
  return item;
}
