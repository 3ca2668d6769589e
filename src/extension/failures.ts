import * as vscode from 'vscode';
import { type ErrorCode, formatReport, type Place, reportError } from '../protocol/errors';
import { columnFor } from './columnFor';
import { exists } from './exists';
import type { Services } from './services';
import { isParquet, openTableAt } from './table/openTable';

/** Shows an error with what to do next; what the user cancelled is no error. Also goes to the log. */
export async function showFailure(
  { log }: Pick<Services, 'log'>,
  error: unknown,
  whileDoing: string,
): Promise<void> {
  const report = reportError(error);
  if (report.code === 'cancelled') {
    log.info(`${whileDoing}: cancelled.`);
    return;
  }
  log.error(`${whileDoing}: ${formatReport(report)}${report.stack ? `\n${report.stack}` : ''}`);
  const [openFile, openLog] = [vscode.l10n.t('Open File'), vscode.l10n.t('Open Log')];
  const remedy = REMEDIES[report.code];
  const choice = await vscode.window.showErrorMessage(
    [report.message, report.hint].filter(Boolean).join(' '),
    ...(remedy ? [remedy.title] : []),
    // The error may be that the file is gone.
    ...(report.place?.file && (await exists(report.place.file)) ? [openFile] : []),
    openLog,
  );
  if (choice === openLog) log.show();
  if (choice === openFile && report.place) await openPlace(report.place);
  if (remedy && choice === remedy.title) await vscode.commands.executeCommand(remedy.command);
}

/** What helps, beside a look at the place or the log. */
const REMEDIES: Partial<Record<ErrorCode, { title: string; command: string }>> = {
  'model-missing': { title: vscode.l10n.t('Get a Model'), command: 'softprompt.pullModel' },
  'disk-full': { title: vscode.l10n.t('Clear Cache…'), command: 'softprompt.clearCache' },
};

/** Opens a file at a place; folders are shown in the Explorer. */
export async function openPlace({ file, line, column, row }: Place): Promise<void> {
  if (!file) return;
  const uri = vscode.Uri.file(file);
  const stat = await vscode.workspace.fs.stat(uri);
  if (stat.type & vscode.FileType.Directory) {
    await vscode.commands.executeCommand('revealInExplorer', uri);
    return;
  }
  if (isParquet(file)) return openTableAt(uri, row ?? line, columnFor(uri));
  const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), Math.max(0, (column ?? 1) - 1));
  await vscode.window.showTextDocument(uri, {
    viewColumn: columnFor(uri),
    selection: new vscode.Range(at, at),
  });
}
