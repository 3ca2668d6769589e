import * as vscode from 'vscode';
import type { ModelSummary, ModelsListing } from '../../protocol/models';
import type { HostClient } from '../host/hostClient';

/** The catalogue, and every model that is found on this computer or in the workspace. */
export async function listModels(host: HostClient): Promise<ModelSummary[]> {
  return (await modelsListing(host)).models;
}

/** The same, with what takes space in the cache folder. */
export function modelsListing(host: HostClient): Promise<ModelsListing> {
  const workspace = vscode.workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? [];
  return host.request('models/list', { workspace });
}
