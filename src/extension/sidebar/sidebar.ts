import * as vscode from 'vscode';
import { reportError } from '../../protocol/errors';
import type { ModelSummary } from '../../protocol/models';
import type { HostClient } from '../host/hostClient';
import { listModels } from '../models/modelChoice';
import type { RunStore } from '../runs/runStore';
import type { TaskIndex } from '../taskFile/taskIndex';
import {
  appearance,
  type ModelNode,
  modelNodes,
  type PlaceNode,
  type RunNode,
  type SidebarNode,
  type TaskNode,
  taskNodes,
} from './sidebarTree';

/** Live runs tell of each step; the tree is redrawn this often at most. */
const REDRAW_MILLISECONDS = 500;

/** A place with more models than this starts closed. */
const MOST_OPEN = 12;

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

/** Base models: the catalogue, the cache folder, and what was found in other places. */
export class ModelsView implements vscode.TreeDataProvider<ModelNode | PlaceNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #trusted = vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh());
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly host: HostClient,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async getChildren(node?: ModelNode | PlaceNode): Promise<(ModelNode | PlaceNode)[]> {
    if (node) return node.kind === 'place' ? node.models : [];
    return vscode.workspace.isTrusted ? modelNodes(await this.#models()) : [];
  }

  getTreeItem(node: ModelNode | PlaceNode): vscode.TreeItem {
    const item = treeItem(node);
    item.id = node.kind === 'place' ? `place ${node.place}` : `${node.model.place} ${node.model.name}`;
    if (node.kind === 'place') {
      const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
      item.collapsibleState = node.models.length > MOST_OPEN ? Collapsed : Expanded;
    }
    return item;
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
      return await listModels(this.host);
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
