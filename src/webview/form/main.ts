import type { FormCommand, FormState, FromForm, ToForm } from '../../protocol/form';
import { oncePerFrame } from '../kit/oncePerFrame';
import { keepHierarchy } from '../kit/theme';
import { withChanges } from './changes';
import { EMPTY_FORM, type FormContext, receive } from './formModel';
import { flushAll } from './liveText';
import { page } from './page';

const vscode = acquireVsCodeApi<FromForm, FormState>();
let model = EMPTY_FORM;
let state: FormState = (vscode.getState() as FormState | null) ?? {};
/** Number of the last change that was sent. */
let sent = 0;

function keep(change: FormState): void {
  state = { ...state, ...change };
  vscode.setState(state);
}

const schedule = oncePerFrame(() => form.update(model));

const context: FormContext = {
  change(changes) {
    flushAll(); // in the order in which it was done
    if (changes.length === 0) return;
    const value = withChanges(model.task.value, changes) ?? {};
    model = { ...model, task: { ...model.task, value } };
    sent += 1;
    vscode.postMessage({ type: 'change', number: sent, changes: [...changes] });
    schedule();
  },
  send(message) {
    flushAll();
    vscode.postMessage(message);
  },
  command(name) {
    flushAll();
    vscode.postMessage({ type: 'command', name });
  },
};

const form = page(context, () => state, keep);

let placed = false;
window.addEventListener('message', ({ data }: MessageEvent<ToForm>) => {
  // What was changed since is shown already; the answer to it is under way.
  if (data.type === 'task' && data.change < sent) return;
  model = receive(model, data);
  schedule();
  if (placed || data.type !== 'choices') return;
  // The page has its height now: back to where it was scrolled to before a reload.
  placed = true;
  requestAnimationFrame(() => requestAnimationFrame(() => scrollTo({ top: state.scroll ?? 0 })));
});

addEventListener('scroll', () => placed && keep({ scroll: Math.round(scrollY) }), { passive: true });
addEventListener('blur', flushAll);

/** By the key beside Control or Command; with Shift where it begins so. */
const KEYS: Readonly<Record<string, FormCommand>> = { z: 'undo', 'shift z': 'redo', y: 'redo', s: 'save' };

// Undo and save are the text's own, after what was typed last has been written: a text box has no history of its own, and
// must not undo by itself as well.
document.addEventListener(
  'keydown',
  (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const command = KEYS[`${event.shiftKey ? 'shift ' : ''}${event.key.toLowerCase()}`];
    if (!command) return;
    event.preventDefault();
    event.stopPropagation();
    context.command(command);
  },
  { capture: true },
);

keepHierarchy();
document.body.append(form.element);
form.update(model);
vscode.postMessage({ type: 'ready' });
if (state.row) vscode.postMessage({ type: 'preview', row: state.row });
