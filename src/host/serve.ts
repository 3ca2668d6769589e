import {
  type CancellationToken,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import * as z from 'zod';
import { type ErrorReport, reportError } from '../protocol/errors';
import { type Params, type RequestName, type Result, SOFTPROMPT_ERROR } from '../protocol/requests';
import { requestSchemas } from './requestSchemas';

/** One function for each method: a forgotten one fails the compile. `signal` aborts when the client loses interest. */
export type Handlers = {
  readonly [M in RequestName]: (params: Params<M>, signal: AbortSignal) => Result<M> | Promise<Result<M>>;
};

/** Answers every method of the protocol on a connection; `onInternalError` hears of the failures that are bugs. */
export function serve(
  connection: MessageConnection,
  handlers: Handlers,
  onInternalError: (report: ErrorReport) => void,
): void {
  for (const method of Object.keys(handlers) as RequestName[]) {
    answer(connection, method, handlers[method], onInternalError);
  }
}

function answer<M extends RequestName>(
  connection: MessageConnection,
  method: M,
  handle: Handlers[M],
  onInternalError: (report: ErrorReport) => void,
): void {
  connection.onRequest(method, async (raw: unknown, token: CancellationToken): Promise<unknown> => {
    const params = requestSchemas[method].safeParse(raw);
    if (!params.success) {
      throw new ResponseError(ErrorCodes.InvalidParams, `${method}: ${z.prettifyError(params.error)}`);
    }
    const interest = new AbortController();
    const subscription = token.onCancellationRequested(() => interest.abort());
    if (token.isCancellationRequested) interest.abort();
    try {
      return await handle(params.data, interest.signal);
    } catch (error) {
      const report = reportError(error);
      if (report.code === 'internal') onInternalError(report);
      throw new ResponseError(SOFTPROMPT_ERROR, report.message, report);
    } finally {
      subscription.dispose();
    }
  });
}
