import type * as vscode from 'vscode';
import type { HostClient } from '../host/hostClient';

/** Numbers of the rows of which some part is selected, each once. The host tells a limited number at a time. */
export async function selectedRows(
  host: Pick<HostClient, 'request'>,
  file: string,
  selections: readonly vscode.Range[],
): Promise<number[]> {
  const rows = new Set<number>();
  for (const { start, end } of selections) {
    // Where whole lines are selected the cursor stands before the line behind them.
    const lastLine = end.character === 0 ? Math.max(start.line, end.line - 1) + 1 : end.line + 1;
    for (let firstLine = start.line + 1; firstLine <= lastLine; ) {
      const found = await host.request('dataset/rows', { file, firstLine, lastLine });
      for (const { row } of found.rows) rows.add(row);
      firstLine = Math.max(firstLine, found.rows.at(-1)?.endLine ?? lastLine) + 1;
    }
  }
  return [...rows];
}
