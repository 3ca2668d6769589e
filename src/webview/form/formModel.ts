import type { FormCommand, FormProblem, FromForm, TaskChange, TaskPath, ToForm } from '../../protocol/form';
import type { ResolvedTask } from '../../protocol/taskFile';
import type { TaskValue } from './changes';

type Message<T extends ToForm['type']> = Extract<ToForm, { type: T }>;

/** Everything that the form shows. */
export interface FormModel {
  task: Message<'task'> & { value: TaskValue };
  check?: Message<'check'>;
  data: Message<'data'>['files'];
  choices?: Message<'choices'>;
  preview?: Message<'preview'>;
  runs?: Message<'runs'>;
  trusted: boolean;
  /** The task with its defaults, as it could last be read. */
  resolved?: ResolvedTask;
}

/** What the form's parts can do. */
export interface FormContext {
  change(changes: readonly TaskChange[]): void;
  send(message: FromForm): void;
  command(name: FormCommand): void;
}

export const EMPTY_FORM: FormModel = {
  task: { type: 'task', name: '', change: 0, value: {} },
  data: {},
  trusted: true,
};

export function receive(model: FormModel, message: ToForm): FormModel {
  switch (message.type) {
    case 'task': {
      // While the text is broken the form keeps what it last understood.
      const value = message.broken ? model.task.value : (message.value as TaskValue);
      return { ...model, task: { ...message, value } };
    }
    case 'check':
      return { ...model, check: message, resolved: message.task ?? model.resolved };
    case 'data':
      return { ...model, data: message.files };
    case 'choices':
      return { ...model, choices: message };
    case 'preview':
      return { ...model, preview: message };
    case 'runs':
      return { ...model, runs: message };
    case 'trust':
      return { ...model, trusted: message.trusted };
  }
}

/** Problems of a value and of what is in it. */
export function problemsAt({ check }: FormModel, path: TaskPath): FormProblem[] {
  return (check?.problems ?? []).filter((problem) => path.every((key, i) => problem.path[i] === key));
}
