import type { RenderedPrompt } from '../../protocol/dataset';
import { button, iconButton } from '../kit/controls';
import { type Child, el, fill, onChange, setText, show } from '../kit/dom';
import { formatCount, formatRows } from '../kit/format';
import { t } from '../kit/l10n';
import type { FormContext, FormModel } from './formModel';
import type { FormPart } from './settingField';

/** How the prompt of a row looks to the model; the rows are leafed through. */
export function previewPane(context: FormContext, onRow: (row: number) => void, first: number): FormPart {
  let row = first;
  let rows = Number.POSITIVE_INFINITY;
  const turn = (by: number): void => {
    row = Math.max(1, Math.min(rows, row + by));
    setText(title, t('Row {0}', formatCount(row)));
    onRow(row);
    context.send({ type: 'preview', row });
  };
  const title = el('h3', { 'aria-live': 'polite' }, t('Row {0}', formatCount(row)));
  const facts = el('span', { class: 'quiet' });
  const body = el('div', { class: 'preview-body', tabindex: '0', role: 'group', 'aria-label': t('Preview') });
  const words = el('div', { class: 'preview-words' });
  const news = onChange();
  return {
    element: el(
      'section',
      { class: 'preview', 'aria-label': t('Preview of a row') },
      el(
        'div',
        { class: 'preview-head' },
        iconButton('left', t('Previous row'), () => turn(-1)),
        title,
        iconButton('right', t('Next row'), () => turn(1)),
        facts,
      ),
      body,
      words,
    ),
    update(model) {
      const train = model.data.train;
      if (train && 'summary' in train) rows = train.summary.rows;
      const { preview } = model;
      if (!news(preview, model.choices, model.trusted)) return;
      const prompt = preview?.prompt;
      setText(facts, prompt ? factsOf(prompt) : '');
      fill(words, ...(prompt ? wordsOf(prompt) : []));
      show(words, Boolean(prompt?.labelWords?.length));
      body.classList.toggle('empty', !prompt);
      if (prompt) fill(body, ...textOf(prompt));
      else fill(body, ...whyNot(model, context));
    },
  };
}

function factsOf({ tokens, cutTokens }: RenderedPrompt): string {
  const all = formatRows(tokens, 'token');
  return cutTokens > 0 ? t('{0}, {1} cut to fit the limit', all, formatCount(cutTokens)) : all;
}

function textOf({ segments, target }: RenderedPrompt): Child[] {
  return [
    ...segments.map((part) => (part.kind === 'text' ? el('span', {}, part.text) : virtualTokens(part.count))),
    ' ',
    el('span', { class: 'answer', title: t('What is to be predicted') }, target),
  ];
}

function virtualTokens(count: number): HTMLElement {
  const text = formatRows(count, 'virtual token');
  return el('span', { class: 'virtual' }, text);
}

function wordsOf({ labelWords = [], target, classHead }: RenderedPrompt): Child[] {
  if (labelWords.length === 0) return [];
  return [
    el('span', { class: 'quiet' }, classHead ? t('Classes start from') : t('Label words')),
    ...labelWords.map(({ label, word }) =>
      el(
        'code',
        { class: label === target ? 'label-word right' : 'label-word', title: label },
        JSON.stringify(word),
      ),
    ),
  ];
}

/** Why there is nothing to see, and what to do about it. */
function whyNot({ preview, choices, task, trusted }: FormModel, context: FormContext): Child[] {
  if (!trusted) return [t('Rows are read once the workspace is trusted.')];
  if (!preview?.error) return [t('The prompt of a row appears here.')];
  const { code, message, hint } = preview.error;
  const model = choices?.models.find(({ inTask }) => inTask === task.value.model);
  if (code === 'model-missing' && model?.state === 'available') {
    return [
      el('p', {}, t('The preview needs the tokenizer of the base model, which is not on this computer yet.')),
      button({
        label: t('Download {0}', model.title),
        icon: 'download',
        onClick: () => context.command('pullModel'),
      }),
    ];
  }
  return [el('p', {}, [message, hint].filter(Boolean).join(' '))];
}
