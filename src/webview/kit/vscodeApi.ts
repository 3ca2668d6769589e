import type { FromPanel, PanelState } from '../../protocol/panel';

/** What VS Code gives to a webview's page; the run panel's unless told. */
export interface VsCodeApi<From, Kept> {
  postMessage(message: From): void;
  getState(): unknown;
  setState(state: Kept): void;
}

declare global {
  function acquireVsCodeApi<From = FromPanel, Kept = PanelState>(): VsCodeApi<From, Kept>;
}
