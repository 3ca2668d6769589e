import type { PanelState, ToPanel } from '../../protocol/panel';
import { oncePerFrame } from '../kit/oncePerFrame';
import { keepHierarchy } from '../kit/theme';
import { page } from './page';
import { RUN_STATES } from './runStates';
import { EMPTY_MODEL, readPanelState, receive } from './store';

const vscode = acquireVsCodeApi();
let model = EMPTY_MODEL;
let view: PanelState = readPanelState(vscode.getState());

const schedule = oncePerFrame(() => root.update(model, view));

const root = page({
  send: (message) => vscode.postMessage(message),
  keep(change) {
    view = { ...view, ...change };
    vscode.setState(view);
    schedule();
  },
});

window.addEventListener('message', ({ data }: MessageEvent<ToPanel>) => {
  model = receive(model, data);
  if (data.type === 'show') {
    view = { ...view, tab: data.tab };
    vscode.setState(view);
  }
  const folder = model.run?.folder;
  if (folder !== undefined && folder !== view.folder) {
    // Filters belong to the run they were chosen for.
    view = { folder, tab: view.tab, smoothing: view.smoothing, logarithmic: view.logarithmic };
    vscode.setState(view);
  }
  schedule();
});

// Elapsed time goes on between two steps.
setInterval(() => {
  if (model.run && RUN_STATES[model.run.progress.state].live) schedule();
}, 1000);

keepHierarchy();
document.body.append(root.element);
root.update(model, view);
vscode.postMessage({ type: 'ready' });
