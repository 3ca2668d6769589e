import * as vscode from 'vscode';
import { reportError, SoftpromptError } from '../../protocol/errors';
import type { FromPanel, Side, ToPanel } from '../../protocol/panel';
import type { TriedPrompt } from '../../protocol/requests';
import type { HostClient } from '../host/hostClient';

/** Asks the host what the page of a run wants to try: one try at a time, the tuned prompt first. */
export class Trials {
  #stop: AbortController | undefined;
  #writing: { stream: number; id: number; side: Side } | undefined;
  #streams = 0;
  readonly #subscription: { dispose(): void };

  constructor(
    private readonly host: HostClient,
    private readonly post: (message: ToPanel) => void,
  ) {
    this.#subscription = host.on('predict/text', ({ id: stream, text }) => {
      if (this.#writing?.stream !== stream) return;
      const { id, side } = this.#writing;
      this.post({ type: 'writing', id, side, text });
    });
  }

  async ask(folder: string, { id, values, hardPrompt }: Extract<FromPanel, { type: 'try' }>): Promise<void> {
    this.stop();
    const stop = new AbortController();
    this.#stop = stop;
    const stopped = untilAborted(stop.signal);
    const prompts: [Side, TriedPrompt][] = [
      ['tuned', { kind: 'tuned' }],
      ['hard', hardPrompt],
    ];
    for (const [side, prompt] of prompts) {
      const stream = ++this.#streams;
      this.#writing = { stream, id, side };
      try {
        const params = { folder, values, prompt, id: stream };
        // The page need not wait for the model to notice: it may be loading.
        const answer = await Promise.race([this.host.request('predict', params, stop.signal), stopped]);
        this.post({ type: 'answer', id, side, answer });
      } catch (error) {
        this.post({ type: 'answer', id, side, error: reportError(error) });
        return; // what keeps the model from answering keeps it from answering again
      }
    }
  }

  /** Ends the try under way: the page hears that it was cancelled. */
  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#writing = undefined;
  }

  dispose(): void {
    this.stop();
    this.#subscription.dispose();
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => reject(new SoftpromptError('cancelled', vscode.l10n.t('Cancelled.'))),
      {
        once: true,
      },
    );
  });
  stopped.catch(() => {}); // most tries are never stopped
  return stopped;
}
