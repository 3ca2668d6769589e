// As much of VS Code's API as the extension's parts need in a unit test. The real editor is used in test/e2e.
import { join } from 'node:path';

type Listener<T> = (value: T) => unknown;

export class Disposable {
  static from(...parts: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const part of parts) part.dispose();
    });
  }
  constructor(readonly dispose: () => void) {}
}

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>): Disposable => {
    this.#listeners.add(listener);
    return new Disposable(() => this.#listeners.delete(listener));
  };
  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

export class Uri {
  static file(path: string): Uri {
    return new Uri('file', path, '');
  }
  static from({ scheme, path, query }: { scheme: string; path: string; query?: string }): Uri {
    return new Uri(scheme, path, query ?? '');
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri(base.scheme, join(base.path, ...parts), '');
  }
  private constructor(
    readonly scheme: string,
    readonly path: string,
    readonly query: string,
    readonly fragment = '',
  ) {}
  with({ fragment }: { fragment: string }): Uri {
    return new Uri(this.scheme, this.path, this.query, fragment);
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}://${this.path}${this.fragment && `#${this.fragment}`}`;
  }
}

export class MarkdownString {
  value = '';
  isTrusted: unknown;
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
  appendText(text: string): this {
    return this.appendMarkdown(text);
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}
export class Range {
  constructor(
    readonly start: unknown,
    readonly end: unknown,
  ) {}
}
export class Location {
  constructor(
    readonly uri: Uri,
    readonly range: unknown,
  ) {}
}
export class DiagnosticRelatedInformation {
  constructor(
    readonly location: Location,
    readonly message: string,
  ) {}
}
export class Diagnostic {
  constructor(
    readonly range: Range,
    readonly message: string,
    readonly severity: number,
  ) {}
}
export class WorkspaceEdit {
  readonly replaced: { uri: Uri; range: Range; text: string }[] = [];
  replace(uri: Uri, range: Range, text: string): void {
    this.replaced.push({ uri, range, text });
  }
}

/** An open text. */
export class FakeDocument {
  readonly uri: Uri;
  version = 1;
  isDirty = false;
  saved = 0;
  constructor(
    file: string,
    private text: string,
  ) {
    this.uri = Uri.file(file);
  }
  getText(): string {
    return this.text;
  }
  /** Somebody types. */
  setText(text: string): void {
    this.text = text;
    this.version += 1;
    this.isDirty = true;
  }
  lineAt(line: number): { text: string } {
    return { text: this.text.split('\n')[line]! };
  }
  positionAt(offset: number): Position {
    const lines = this.text.slice(0, offset).split('\n');
    return new Position(lines.length - 1, lines.at(-1)!.length);
  }
  offsetAt({ line, character }: Position): number {
    return [...this.text.split('\n').slice(0, line), ''].join('\n').length + character;
  }
  async save(): Promise<boolean> {
    this.saved += 1;
    this.isDirty = false;
    return true;
  }
}
export class RelativePattern {}
export class TabInputText {
  constructor(readonly uri: Uri) {}
}
export class TabInputCustom {
  constructor(
    readonly uri: Uri,
    readonly viewType: string,
  ) {}
}
export class TabInputWebview {
  constructor(readonly viewType: string) {}
}
export class CodeLens {
  constructor(
    readonly range: Range,
    readonly command: unknown,
  ) {}
}
export class CodeAction {
  constructor(
    readonly title: string,
    readonly kind: string,
  ) {}
}
export class ThemeIcon {
  constructor(readonly id: string) {}
}
export class ThemeColor {
  constructor(readonly id: string) {}
}
export class TreeItem {
  constructor(readonly label: string) {}
}
export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2, Hint: 3 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const ViewColumn = { Active: -1, Beside: -2 };
export const UIKind = { Desktop: 1, Web: 2 };
export const CodeActionKind = { QuickFix: 'quickfix' };
export const OverviewRulerLane = { Right: 4 };
export const ProgressLocation = { Notification: 15 };

const never = () => new Disposable(() => {});
const nothing = async (): Promise<undefined> => undefined;

/** A webview panel whose page is the test. */
export class FakePanel {
  readonly posted: { type: string }[] = [];
  readonly #received = new EventEmitter<unknown>();
  readonly #disposed = new EventEmitter<void>();
  readonly onDidDispose = this.#disposed.event;
  readonly #viewState = new EventEmitter<void>();
  readonly onDidChangeViewState = this.#viewState.event;
  title = '';
  visible = true;
  iconPath: unknown;
  readonly webview = {
    html: '',
    options: {},
    cspSource: 'https://webview',
    asWebviewUri: (uri: Uri) => uri,
    onDidReceiveMessage: this.#received.event,
    postMessage: async (message: { type: string }) => this.posted.push(message),
  };
  /** The page says something. */
  say(message: unknown): void {
    this.#received.fire(message);
  }
  reveal(): void {}
  /** Its tab comes to the front, or is covered by another one. */
  show(visible: boolean): void {
    this.visible = visible;
    this.#viewState.fire();
  }
  dispose(): void {
    this.#disposed.fire();
  }
}

/** What the tests look at. */
export const seen = {
  panels: [] as FakePanel[],
  commands: new Map<string, (argument?: unknown) => unknown>(),
  executed: [] as [string, ...unknown[]][],
  errors: [] as string[],
  warnings: [] as string[],
  informations: [] as string[],
  views: [] as string[],
  copied: [] as string[],
};

export const workspace = {
  isTrusted: true,
  workspaceFolders: undefined as { uri: Uri }[] | undefined,
  textDocuments: [] as FakeDocument[],
  openTextDocument: async ({ path }: Uri): Promise<FakeDocument> => {
    const found = workspace.textDocuments.find(({ uri }) => uri.path === path);
    if (!found) throw new Error(`${path} is not open.`);
    return found;
  },
  applyEdit: async ({ replaced }: WorkspaceEdit): Promise<boolean> => {
    for (const { uri, range, text } of replaced) {
      const document = await workspace.openTextDocument(uri);
      const [start, end] = [range.start, range.end].map((at) => document.offsetAt(at as Position));
      const before = document.getText();
      document.setText(before.slice(0, start) + text + before.slice(end));
    }
    return true;
  },
  getConfiguration: () => ({ get: () => undefined }),
  findFiles: async (): Promise<Uri[]> => [],
  createFileSystemWatcher: () => ({
    onDidCreate: never,
    onDidChange: never,
    onDidDelete: never,
    dispose: () => {},
  }),
  registerTextDocumentContentProvider: never,
  onDidGrantWorkspaceTrust: never,
  onDidSaveTextDocument: never,
  onDidOpenTextDocument: never,
  onDidChangeTextDocument: never,
  onDidCloseTextDocument: never,
  onDidChangeConfiguration: never,
  asRelativePath: (path: string) => path,
};

export const window = {
  activeTextEditor: undefined,
  visibleTextEditors: [],
  onDidChangeActiveTextEditor: never,
  onDidChangeVisibleTextEditors: never,
  onDidChangeTextEditorVisibleRanges: never,
  createTextEditorDecorationType: never,
  tabGroups: { all: [], activeTabGroup: {}, onDidChangeTabs: never, close: nothing },
  createOutputChannel: () => ({ ...silentLog, dispose: () => {} }),
  createStatusBarItem: () => ({ show: () => {}, hide: () => {}, dispose: () => {} }),
  createWebviewPanel: () => {
    const panel = new FakePanel();
    seen.panels.push(panel);
    return panel;
  },
  createTreeView: (view: string) => {
    seen.views.push(view);
    return { selection: [], badge: undefined, dispose: () => {} };
  },
  registerWebviewPanelSerializer: never,
  registerCustomEditorProvider: never,
  showErrorMessage: async (message: string) => {
    seen.errors.push(message);
  },
  showWarningMessage: async (message: string) => {
    seen.warnings.push(message);
  },
  showInformationMessage: async (message: string) => {
    seen.informations.push(message);
  },
  withProgress: (_: unknown, work: (...parts: unknown[]) => unknown) =>
    work({ report: () => {} }, { onCancellationRequested: never }),
  showQuickPick: nothing,
};

export const silentLog = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  show: () => {},
};

export const commands = {
  registerCommand: (name: string, command: (argument?: unknown) => unknown) => {
    seen.commands.set(name, command);
    return never();
  },
  executeCommand: async (...call: [string, ...unknown[]]) => {
    seen.executed.push(call);
  },
};

export const languages = {
  registerCodeLensProvider: never,
  registerCompletionItemProvider: never,
  registerHoverProvider: never,
  registerInlayHintsProvider: never,
  registerCodeActionsProvider: never,
  createDiagnosticCollection: () => ({ set: () => {}, delete: () => {}, dispose: () => {} }),
};

export const env = {
  language: 'en',
  remoteName: undefined as string | undefined,
  uiKind: 1,
  clipboard: {
    writeText: async (text: string) => {
      seen.copied.push(text);
    },
  },
};

export const l10n = {
  bundle: undefined,
  t: (text: string, ...values: (string | number | boolean)[]) =>
    text.replaceAll(/\{(\d+)\}/g, (hole, index) => String(values[Number(index)] ?? hole)),
};
