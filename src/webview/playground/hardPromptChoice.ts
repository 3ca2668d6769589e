import type { HardPrompt, Playground } from '../../protocol/playground';
import type { RunRecord } from '../../protocol/runs';
import { segments, textArea } from '../kit/controls';
import { el, setText, show } from '../kit/dom';
import { formatRows } from '../kit/format';
import { t } from '../kit/l10n';

type Kind = Playground['kind'];

export const HARD_PROMPTS: Record<Kind, { label: string; title: string }> = {
  'zero-shot': { label: t('Zero-shot'), title: t('Nothing but the template') },
  'few-shot': { label: t('Few-shot'), title: t('The examples that stood before each row in the test') },
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

/** Not every run has a few-shot prompt: those that were not tested, and those of encoders, have none. */
function offered({ hardPrompts }: RunRecord, kind: Kind): Kind {
  return kind === 'few-shot' && !hardPrompts?.['few-shot']?.examples ? 'zero-shot' : kind;
}

function describe({ hardPrompts, task }: RunRecord, kind: Kind): string {
  const examples = hardPrompts?.['few-shot']?.examples;
  if (kind === 'few-shot')
    return t('{0} before the text, as in the test.', formatRows(examples!.length, 'example'));
  if (kind === 'zero-shot') {
    const bare = task.messages ? t('The bare messages.') : t('The bare template.');
    return examples ? bare : `${bare} ${t('A few-shot prompt is chosen when the run is tested.')}`;
  }
  return task.messages
    ? t('Stands at the beginning of the conversation.')
    : t('Stands before the template, on a line of its own.');
}
