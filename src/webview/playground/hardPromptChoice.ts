import type { HardPrompt, Playground } from '../../protocol/playground';
import type { RunRecord } from '../../protocol/runs';
import { segments, textArea } from '../kit/controls';
import { el, setText, show } from '../kit/dom';
import { formatRows } from '../kit/format';
import { t } from '../kit/l10n';

type Kind = Playground['kind'];

export const HARD_PROMPTS: Record<Kind, { label: string; title: string }> = {
  'zero-shot': { label: t('Zero-shot'), title: t('Nothing but the template') },
  'few-shot': { label: t('Few-shot'), title: t('Examples from the training rows before the text') },
  own: { label: t('Your own'), title: t('An instruction that you write') },
};

/** What stands beside the tuned prompt: nothing, the run's examples, or a text of one's own. */
export function hardPromptChoice(onChoose: (change: Partial<Playground>) => void) {
  const kinds = segments<Kind>(t('Hard prompt'), (kind) => onChoose({ kind }));
  const hint = el('p', { class: 'hint' });
  const own = textArea(t('Your hard prompt'), () => onChoose({ own: own.value() }));
  const element = el(
    'div',
    { class: 'hard-choice' },
    el(
      'div',
      { class: 'hard-kinds' },
      el('span', { class: 'field-label' }, t('Beside it')),
      kinds.element,
      hint,
    ),
    own.element,
  );
  return {
    element,
    update(record: RunRecord, playground: Playground): void {
      const kind = offered(record, playground.kind);
      const names = (Object.keys(HARD_PROMPTS) as Kind[]).filter((name) => offered(record, name) === name);
      kinds.set(
        names.map((value) => ({ value, ...HARD_PROMPTS[value] })),
        kind,
      );
      show(own.element, kind === 'own');
      own.set(playground.own || (record.task.evaluation.hardPrompt ?? ''));
      setText(hint, describe(record, kind));
    },
    /** The hard prompt to ask. */
    value(record: RunRecord, playground: Playground): HardPrompt {
      const kind = offered(record, playground.kind);
      return kind === 'own' ? { kind, text: own.value() } : { kind };
    },
  };
}

/** Not every run has a few-shot prompt: those of encoders, and of tasks that leave it out, have none. */
function offered(record: RunRecord, kind: Kind): Kind {
  return kind === 'few-shot' && whyNoExamples(record) !== undefined ? 'zero-shot' : kind;
}

function whyNoExamples({ hardPrompts, model, task }: RunRecord): string | undefined {
  if (hardPrompts?.['few-shot']?.examples) return undefined;
  if (model.kind === 'encoder')
    return t('There is no few-shot prompt: an encoder learns nothing from examples.');
  if (task.evaluation.fewShot === 0) return t('There is no few-shot prompt: the task leaves it out.');
  return undefined;
}

function describe(record: RunRecord, kind: Kind): string {
  const { hardPrompts, task } = record;
  if (kind === 'few-shot') {
    const examples = hardPrompts?.['few-shot']?.examples;
    return examples
      ? t('{0} before the text, as in the test.', formatRows(examples.length, 'example'))
      : t(
          'Up to {0} from the training rows; the test will choose the best of several sets.',
          formatRows(task.evaluation.fewShot, 'example'),
        );
  }
  if (kind === 'zero-shot') {
    const bare = task.messages ? t('The bare messages.') : t('The bare template.');
    const why = whyNoExamples(record);
    return why === undefined ? bare : `${bare} ${why}`;
  }
  return task.messages
    ? t('Stands at the beginning of the conversation.')
    : t('Stands before the template, on a line of its own.');
}
