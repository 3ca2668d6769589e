import type { DataRole, TaskChange, TaskPath } from '../../protocol/form';

// What people do in the form, as changes of the task file. Short forms ("data": "a.csv", "target": "label") stay short
// as long as they can say it.

export type TaskValue = Readonly<Record<string, unknown>>;

/** The value at a path; undefined where there is none. */
export function valueAt(task: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    task,
  );
}

/** The task after changes, before the file has answered. */
export function withChanges(task: TaskValue, changes: readonly TaskChange[]): TaskValue {
  return changes.reduce((changed, { path, value }) => put(changed, path, value) as TaskValue, task);
}

function put(whole: unknown, [key, ...rest]: TaskPath, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(whole)) {
    const at = Number(key);
    if (rest.length === 0 && value === undefined) return whole.filter((_, index) => index !== at);
    return Object.assign([...whole], { [at]: put(whole[at], rest, value) });
  }
  const inner = typeof whole === 'object' && whole !== null ? (whole as TaskValue) : {};
  if (value === undefined && inner[key] === undefined) return whole;
  const { [key]: old, ...others } = inner;
  const next = put(old, rest, value);
  if (next === undefined) return Object.keys(others).length > 0 ? others : undefined;
  return { ...inner, [key]: next };
}

export function dataName(task: TaskValue, role: DataRole): string | undefined {
  const { data } = task;
  if (typeof data === 'string') return role === 'train' ? data : undefined;
  const name = valueAt(data, [role]);
  return typeof name === 'string' ? name : undefined;
}

/** A data file for a role, or none. Rows that were left out of the old file are left alone. */
export function chooseData(task: TaskValue, role: DataRole, name: string | undefined): TaskChange[] {
  const { data } = task;
  const isObject = typeof data === 'object' && data !== null;
  if (isObject) return [{ path: ['data', role], value: name }];
  if (role === 'train') return [{ path: ['data'], value: name }];
  return name === undefined ? [] : [{ path: ['data'], value: { train: data ?? '', [role]: name } }];
}

export type TargetKind = 'auto' | 'label' | 'text';

export interface Target {
  column?: string;
  kind: TargetKind;
  words: Readonly<Record<string, string>>;
}

export function readTarget({ target }: TaskValue): Target {
  if (typeof target === 'string') return { column: target, kind: 'auto', words: {} };
  const column = valueAt(target, ['column']);
  const kind = valueAt(target, ['kind']);
  const words = valueAt(target, ['words']);
  return {
    column: typeof column === 'string' ? column : undefined,
    kind: kind === 'label' || kind === 'text' ? kind : 'auto',
    words: typeof words === 'object' && words !== null ? (words as Record<string, string>) : {},
  };
}

/** Another column to predict: label words of the old one's classes make no sense any more. */
export function chooseColumn(task: TaskValue, column: string | undefined): TaskChange[] {
  const { kind, words } = readTarget(task);
  if (kind === 'auto' || column === undefined) return [{ path: ['target'], value: column }];
  const changes: TaskChange[] = [{ path: ['target', 'column'], value: column }];
  if (Object.keys(words).length > 0) changes.push({ path: ['target', 'words'] });
  return changes;
}

/** `column`: the one that is predicted now, also where the task leaves it to be guessed. */
export function chooseKind(task: TaskValue, kind: TargetKind, column: string): TaskChange[] {
  if (readTarget(task).kind === kind) return [];
  return [{ path: ['target'], value: kind === 'auto' ? column : { column, kind } }];
}

/** A setting of a label or text target, which makes the target say which of the two it is. */
export function setInTarget(
  task: TaskValue,
  kind: 'label' | 'text',
  column: string,
  [first, ...rest]: [string, ...string[]],
  value: unknown,
): TaskChange[] {
  if (readTarget(task).kind === kind) return [{ path: ['target', first, ...rest], value }];
  if (value === undefined) return [];
  const nested = rest.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return [{ path: ['target'], value: { column, kind, [first]: nested } }];
}

/** Settings of which a task may have one: giving the one takes the other away. */
const EITHER: readonly (readonly [string, string])[] = [
  ['training.steps', 'training.epochs'],
  ['training.batchRows', 'training.batchTokens'],
];

/** A plain setting; undefined: its default. */
export function setField(task: TaskValue, path: TaskPath, value: unknown): TaskChange[] {
  const name = path.join('.');
  const pair = EITHER.find((both) => both.includes(name));
  const other = pair?.find((one) => one !== name)?.split('.');
  const changes: TaskChange[] = [];
  if (other && value !== undefined && valueAt(task, other) !== undefined) changes.push({ path: other });
  const { data } = task;
  if (path[0] === 'data' && typeof data === 'string') {
    if (value === undefined) return [];
    changes.push({ path: ['data'], value: { train: data } });
  }
  return [...changes, { path, value }];
}

export interface Message {
  role: string;
  content: string;
}

export function readMessages({ messages }: TaskValue): Message[] | undefined {
  if (!Array.isArray(messages)) return undefined;
  return messages.map((message: unknown) => ({
    role: String(valueAt(message, ['role']) ?? 'user'),
    content: String(valueAt(message, ['content']) ?? ''),
  }));
}

/** The same words in the other form: a template is what the user says. */
export function chooseForm(task: TaskValue, form: 'template' | 'messages', shown: string): TaskChange[] {
  const messages = readMessages(task);
  if (form === 'messages') {
    if (messages) return [];
    return [{ path: ['template'] }, { path: ['messages'], value: [{ role: 'user', content: shown }] }];
  }
  if (!messages) return [];
  const template = messages.map(({ content }) => content).join('\n');
  return [{ path: ['messages'] }, { path: ['template'], value: template || undefined }];
}

/** A message more, before the user's last word: first a system's, then what was said before. */
export function addMessage(messages: readonly Message[]): TaskChange[] {
  const value =
    messages[0]?.role === 'system'
      ? [messages[0], { role: 'user', content: '' }, { role: 'assistant', content: '' }, ...messages.slice(1)]
      : [{ role: 'system', content: '' }, ...messages];
  return [{ path: ['messages'], value }];
}

export function removeMessage(index: number): TaskChange[] {
  return [{ path: ['messages', index] }];
}
