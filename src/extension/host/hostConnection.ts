import type { ChildProcess } from 'node:child_process';
import { l10n } from 'vscode';
import {
  CancellationTokenSource,
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { type ErrorReport, SoftpromptError } from '../../protocol/errors';
import {
  type NotificationName,
  type Params,
  type RequestName,
  type Result,
  SOFTPROMPT_ERROR,
} from '../../protocol/requests';
import { hostLost } from './hostLost';
import { REQUEST_TIMEOUT } from './requestTimeout';

const NOTIFICATIONS: readonly NotificationName[] = [
  'run/event',
  'run/predictions',
  'evaluate/progress',
  'predict/text',
  'models/progress',
  'labels/progress',
  'log',
];

export interface HostLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * JSON-RPC with a host that runs. This file is imported when the first host is started, as loading vscode-jsonrpc would take a
 * third of activation's time.
 */
export class HostConnection {
  readonly #connection: MessageConnection;

  constructor(child: ChildProcess, log: HostLog, notify: (name: NotificationName, value: unknown) => void) {
    this.#connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child), {
      error: (message) => log.error(message),
      warn: (message) => log.warn(message),
      info: (message) => log.info(message),
      log: (message) => log.debug(message),
    });
    for (const name of NOTIFICATIONS) {
      this.#connection.onNotification(name, (value: unknown) => notify(name, value));
    }
    this.#connection.onError(([error]) => log.error(`Connection to the training host: ${error.message}`));
    this.#connection.listen();
  }

  /** Throws the host's SoftpromptError, or says that it was lost or did not answer in time. */
  async ask<M extends RequestName>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
    const cancellation = new CancellationTokenSource();
    const cancel = (): void => cancellation.cancel();
    const milliseconds = REQUEST_TIMEOUT[method];
    let late: NodeJS.Timeout | undefined;
    try {
      if (signal?.aborted) throw new SoftpromptError('cancelled', l10n.t('Cancelled.'));
      signal?.addEventListener('abort', cancel, { once: true });
      const answer = this.#connection.sendRequest<Result<M>>(method, params, cancellation.token);
      if (milliseconds === null) return await answer;
      const silence = new Promise<never>((_, reject) => {
        late = setTimeout(() => {
          cancel();
          reject(
            hostLost(
              l10n.t('The training host did not answer {0} within {1} s.', method, milliseconds / 1000),
            ),
          );
        }, milliseconds);
      });
      return await Promise.race([answer, silence]);
    } catch (error) {
      throw revive(error);
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', cancel);
      cancellation.dispose();
    }
  }

  dispose(): void {
    this.#connection.dispose();
  }
}

function revive(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  if (error.code === ErrorCodes.PendingResponseRejected) {
    return hostLost(l10n.t('The training host stopped while it was working on this.'));
  }
  if (error.code !== SOFTPROMPT_ERROR) return error;
  const { code, message, place, hint, stack } = error.data as ErrorReport;
  const revived = new SoftpromptError(code, message, { place, hint });
  if (stack) revived.stack = stack;
  return revived;
}
