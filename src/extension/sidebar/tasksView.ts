import * as vscode from 'vscode';
import { reportError } from '../../protocol/errors';
import type { TaskChecks } from '../problems/taskChecks';
import { isLive } from '../runs/liveSummary';
import type { Services } from '../services';
import { LivePace } from './livePace';
import { type RunNode, type SidebarNode, type TaskNode, type TaskTrouble, taskNodes } from './sidebarTree';
import { treeItem, withTooltip } from './treeItem';

/** Live runs tell of each step; their lines are redrawn this often at most: buttons on them must hold still for a click. */
const REDRAW_MILLISECONDS = 1_000;
/** A line that has nothing to tell but more steps is redrawn this often: what is told at the pointer goes away with it. */
const STEPS_MILLISECONDS = 4_000;

type Node = TaskNode | RunNode;

/** Tasks with their runs and scores. Empty, it shows the welcome text of package.json. */
export class TasksView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  /** Pace of the runs that are live, shared with the status bar. */
  readonly pace = new LivePace();
  readonly #changed = new vscode.EventEmitter<Node[] | undefined>();
  readonly #subscriptions: { dispose(): void }[];
  readonly #troubles = new Map<string, TaskTrouble | undefined>();
  #nodes: TaskNode[] = [];
  #tree: vscode.TreeView<Node> | undefined;
  #redraw: NodeJS.Timeout | undefined;
  #checking = false;
  /** Something changed while tasks were being checked. */
  #stale = false;
  /** When the live line was redrawn last, in milliseconds since 1970. */
  #drawnAt = 0;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly softprompt: Pick<Services, 'tasks' | 'runs' | 'host' | 'log'> & {
      readonly checks: TaskChecks;
    },
  ) {
    const { tasks, runs, checks, host } = softprompt;
    this.#subscriptions = [
      host.on('run/event', ({ folder, event }) => this.pace.hear(folder, event)),
      tasks.onChanged(() => {
        this.#soon();
        void this.#check();
      }),
      runs.onChanged(() => this.#soon()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire(undefined)),
      vscode.workspace.onDidSaveTextDocument(() => void this.#check()),
      checks.onForgotten(() => void this.#check()),
    ];
  }

  /** Puts the view into the sidebar. */
  register(): vscode.Disposable {
    this.#tree = vscode.window.createTreeView<Node>('softprompt.tasks', {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    return this.#tree;
  }

  /** The selected lines. */
  get selection(): readonly SidebarNode[] {
    return this.#tree?.selection ?? [];
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node) return node.kind === 'task' ? node.runs : [];
    if (!vscode.workspace.isTrusted) return [];
    const first = this.#nodes.length === 0;
    this.#nodes = await this.#build();
    this.#showBadge();
    if (first) void this.#check();
    return this.#nodes;
  }

  getParent(node: Node): Node | undefined {
    return node.kind === 'run' ? this.#nodes.find(({ runs }) => runs.includes(node)) : undefined;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const item = treeItem(node);
    if (node.kind === 'task') {
      // Another line as soon as there is a run: the editor would keep the one without runs closed.
      item.id = node.runs.length ? node.task.file : `${node.task.file}#bare`;
      item.collapsibleState = node.runs.length
        ? vscode.TreeItemCollapsibleState.Expanded
        : vscode.TreeItemCollapsibleState.None;
      if (!node.orphan) {
        const uri = vscode.Uri.file(node.task.file);
        item.command = { command: 'vscode.open', title: vscode.l10n.t('Open'), arguments: [uri] };
      }
    } else {
      item.id = node.run.folder;
      item.command = {
        command: 'softprompt.openPanel',
        title: vscode.l10n.t('Open Panel'),
        arguments: [node.run.folder],
      };
    }
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, node: Node): vscode.TreeItem {
    return withTooltip(item, node);
  }

  dispose(): void {
    clearTimeout(this.#redraw);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  async #build(): Promise<TaskNode[]> {
    const { tasks, runs } = this.softprompt;
    const nodes = taskNodes(await tasks.all(), await runs.all());
    for (const node of nodes) {
      node.trouble = this.#troubles.get(node.task.file);
      for (const one of node.runs) {
        if (one.run.folder === runs.live?.folder) one.live = this.#liveFacts(one);
      }
    }
    return nodes;
  }

  #liveFacts({ run }: RunNode): RunNode['live'] {
    const { folder, steps, state } = run;
    return {
      loss: this.softprompt.runs.lossOf(folder),
      secondsLeft: this.pace.secondsLeft(folder, steps),
      alert: state === 'training' ? this.pace.alert(folder, steps) : undefined,
    };
  }

  #soon(): void {
    this.#redraw ??= setTimeout(() => {
      this.#redraw = undefined;
      void this.#update();
    }, REDRAW_MILLISECONDS);
  }

  /** Redraws only lines that say something else now: what is selected, open or pointed at stays as it is. */
  async #update(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const next = await this.#build();
    const outline = (nodes: readonly TaskNode[]): string =>
      JSON.stringify(nodes.map(({ task, runs }) => [task.file, runs.map(({ run }) => run.folder)]));
    if (outline(next) !== outline(this.#nodes)) {
      this.#changed.fire(undefined);
      return;
    }
    const withSteps = Date.now() - this.#drawnAt >= STEPS_MILLISECONDS;
    const changed = this.#nodes.flatMap((node, index) => refresh(node, next[index]!, withSteps));
    if (changed.some((node) => node.kind === 'run' && node.live)) this.#drawnAt = Date.now();
    if (changed.length > 0) this.#changed.fire(changed);
    this.#showBadge();
  }

  /** A number at the icon while something trains. */
  #showBadge(): void {
    if (!this.#tree) return;
    const live = this.#nodes.flatMap(({ runs }) => runs).filter(({ run }) => isLive(run));
    const badge = live.length
      ? { value: live.length, tooltip: vscode.l10n.t('“{0}” is being tuned', live[0]!.run.task) }
      : undefined;
    if (this.#tree.badge?.value !== badge?.value) this.#tree.badge = badge;
  }

  /** Asks the host what is wrong with each task, one after the other: nobody waits for it. */
  async #check(): Promise<void> {
    this.#stale = this.#checking;
    if (this.#checking || !vscode.workspace.isTrusted) return;
    this.#checking = true;
    try {
      for (const { file } of await this.softprompt.tasks.all()) {
        const trouble = await this.#troubleOf(file);
        const before = this.#troubles.get(file);
        this.#troubles.set(file, trouble);
        if (JSON.stringify(before) !== JSON.stringify(trouble)) this.#soon();
      }
    } finally {
      this.#checking = false;
      if (this.#stale) void this.#check();
    }
  }

  async #troubleOf(file: string): Promise<TaskTrouble | undefined> {
    try {
      const { problems } = await this.softprompt.checks.of(file);
      const serious = problems.filter(({ severity }) => severity !== 'information');
      const worst = serious.find(({ severity }) => severity === 'error') ?? serious[0];
      return (
        worst && {
          severity: worst.severity === 'error' ? 'error' : 'warning',
          message: worst.message,
          problems: serious.length,
        }
      );
    } catch (error) {
      this.softprompt.log.debug(`Check of ${file}: ${reportError(error).message}`);
      return undefined;
    }
  }
}

/**
 * Brings a task's line and those of its runs up to date, those that only made steps where `withSteps` is set; returns the
 * lines that say something else now.
 */
function refresh(node: TaskNode, next: TaskNode, withSteps: boolean): Node[] {
  const changed: Node[] = [];
  node.runs.forEach((one, index) => {
    const news = next.runs[index]!;
    const [before, after] = withSteps ? [one, news] : [one, news].map(withoutSteps);
    if (JSON.stringify(before) !== JSON.stringify(after))
      changed.push(Object.assign(one, { live: undefined }, news));
  });
  const { task, orphan, trouble } = next;
  if (JSON.stringify([node.task, node.orphan, node.trouble]) !== JSON.stringify([task, orphan, trouble])) {
    changed.push(Object.assign(node, { task, orphan, trouble }));
  }
  return changed;
}

/** What is left of a run's line when the steps of a live one are not looked at. */
function withoutSteps({ run, best, live }: RunNode): unknown {
  return live ? [{ ...run, step: 0 }, best, live.alert] : [run, best];
}
