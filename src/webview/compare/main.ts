import type { CompareState, FromCompare, ToCompare } from '../../protocol/compare';
import { oncePerFrame } from '../kit/oncePerFrame';
import { keepHierarchy } from '../kit/theme';
import { EMPTY_COMPARISON, receive } from './comparedRuns';
import { comparer } from './comparison';
import { page } from './page';
import { readCompareState } from './state';

const vscode = acquireVsCodeApi<FromCompare, CompareState>();
let model = EMPTY_COMPARISON;
let view: CompareState = readCompareState(vscode.getState());
const compare = comparer();

const schedule = oncePerFrame(() => root.update(model, view, compare(model)));

const root = page({
  send: (message) => vscode.postMessage(message),
  keep(change) {
    view = { ...view, ...change };
    vscode.setState(view);
    schedule();
  },
});

window.addEventListener('message', ({ data }: MessageEvent<ToCompare>) => {
  model = receive(model, data);
  if (data.type === 'chosen') {
    view = { ...view, folders: data.folders };
    vscode.setState(view);
  }
  schedule();
});

keepHierarchy();
document.body.append(root.element);
root.update(model, view, compare(model));
vscode.postMessage({ type: 'ready' });
