import * as vscode from 'vscode';
import { reportError } from '../../protocol/errors';
import type { ModelSummary } from '../../protocol/models';
import type { HostClient } from '../host/hostClient';
import { listModels } from '../models/listModels';
import type { TaskIndex } from '../taskFile/taskIndex';
import { type ModelNode, modelNodes, type PlaceNode } from './sidebarTree';
import { treeItem, withTooltip } from './treeItem';

/** A place with more models than this starts closed. */
const MOST_OPEN = 12;

/** Base models: the catalogue, the cache folder, and what was found in other places; those in use are marked. */
export class ModelsView implements vscode.TreeDataProvider<ModelNode | PlaceNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #refreshed = new vscode.EventEmitter<void>();
  readonly #subscriptions: { dispose(): void }[];
  #models: Promise<ModelSummary[]> | undefined;
  /** The host could not be asked. */
  #failed = false;
  readonly onDidChangeTreeData = this.#changed.event;
  /** A model may have come or gone. */
  readonly onRefreshed = this.#refreshed.event;

  constructor(
    private readonly host: HostClient,
    private readonly tasks: TaskIndex,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#subscriptions = [
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh()),
      tasks.onChanged(() => this.#changed.fire()),
      host.onState((state) => state === 'ready' && this.#failed && this.refresh()),
    ];
  }

  async getChildren(node?: ModelNode | PlaceNode): Promise<(ModelNode | PlaceNode)[]> {
    if (node) return node.kind === 'place' ? node.models : [];
    if (!vscode.workspace.isTrusted) return [];
    this.#models ??= this.#list();
    return modelNodes(await this.#models, await this.tasks.all());
  }

  getTreeItem(node: ModelNode | PlaceNode): vscode.TreeItem {
    const item = treeItem(node);
    item.id = node.kind === 'place' ? `place ${node.place}` : `${node.model.place} ${node.model.name}`;
    if (node.kind === 'place') {
      const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
      const closed = node.models.length > MOST_OPEN && node.models.every(({ usedBy }) => usedBy.length === 0);
      item.collapsibleState = closed ? Collapsed : Expanded;
    }
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, node: ModelNode | PlaceNode): vscode.TreeItem {
    return withTooltip(item, node);
  }

  /** Asks the host again: a model came or went. */
  refresh(): void {
    this.#failed = false;
    this.#models = undefined;
    this.#changed.fire();
    this.#refreshed.fire();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
    this.#refreshed.dispose();
  }

  async #list(): Promise<ModelSummary[]> {
    try {
      return await listModels(this.host);
    } catch (error) {
      this.log.error(`Models: ${reportError(error).message}`);
      this.#models = undefined;
      this.#failed = true;
      return [];
    }
  }
}
