import type { FromPanel, PanelState } from '../../protocol/panel';

/** What VS Code gives to a webview's page. */
export interface VsCodeApi {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: PanelState): void;
}

declare global {
  function acquireVsCodeApi(): VsCodeApi;
}
