import * as vscode from 'vscode';

/** Longer than what is known already takes to be said. */
const SOON_MILLISECONDS = 150;

type Provider = vscode.CodeLensProvider & { readonly onDidChangeCodeLenses: vscode.Event<void> };

/**
 * Lenses that keep no editor waiting. The editor asks again after as long as answers took so far, forgets to where its text loses
 * the focus meanwhile, and what it shows until then takes no click. So a question whose answer takes time, as the training host has
 * to be started for it, is answered with the lenses of before; when the new ones are there, it is asked to look again.
 */
export class QuickLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #last = new Map<string, vscode.CodeLens[]>();
  /** The newest question about a document: what an older one brings later counts no more. */
  readonly #asked = new Map<string, Promise<vscode.CodeLens[]>>();
  /** Documents whose last lenses were found too late for the question they answer. */
  readonly #late = new Set<string>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(private readonly provider: Provider) {
    this.#subscriptions = [
      provider.onDidChangeCodeLenses(() => {
        this.#late.clear();
        this.#changed.fire();
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        for (const kept of [this.#last, this.#asked, this.#late]) kept.delete(String(uri));
      }),
    ];
  }

  async provideCodeLenses(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeLens[]> {
    const key = String(document.uri);
    if (this.#late.delete(key)) return this.#last.get(key) ?? [];
    const asked = this.#ask(document, token);
    this.#asked.set(key, asked);
    const before = new Promise<vscode.CodeLens[]>((resolve) => {
      setTimeout(() => resolve(this.#last.get(key) ?? []), SOON_MILLISECONDS);
    });
    const first = await Promise.race([asked, before]);
    void asked.then((found) => {
      if (this.#asked.get(key) !== asked) return;
      this.#last.set(key, found);
      if (found === first) return;
      this.#late.add(key);
      this.#changed.fire();
    });
    return first;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  async #ask(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<vscode.CodeLens[]> {
    return (await this.provider.provideCodeLenses(document, token)) ?? [];
  }
}
