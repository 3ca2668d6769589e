import type { FromPanel, PanelState } from '../../protocol/panel';
import type { PanelModel } from './store';

/** What a part of the page may do: tell the extension, and change what is kept across reloads. */
export interface PanelContext {
  send(message: FromPanel): void;
  keep(change: Partial<PanelState>): void;
}

/** A part of the page. `update` is called at most once a frame. */
export interface Component {
  element: HTMLElement;
  update(model: PanelModel, view: PanelState): void;
}
