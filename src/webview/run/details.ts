import { MODEL_KINDS } from '../../protocol/models';
import type { RunRecord } from '../../protocol/runs';
import type { Placement } from '../../protocol/taskFile';
import { button } from '../kit/controls';
import { type Child, el, fill, onChange } from '../kit/dom';
import {
  fileName,
  formatCount,
  formatDuration,
  formatNumber,
  formatParameters,
  formatRows,
} from '../kit/format';
import { t, tKnown } from '../kit/l10n';
import { templateColumns, templateParts } from '../playground/templateHoles';
import type { Component, PanelContext } from './panelContext';

type Fact = [name: string, ...value: Child[]];

const PLACEMENTS: Record<Placement, (tokens: number) => string> = {
  before: (tokens) => t('{0}, before the text', tokens),
  after: (tokens) => t('{0}, after the text', tokens),
};

const DECAYS: Record<RunRecord['task']['training']['decay'], (rate: string) => string> = {
  none: (rate) => t('{0}, constant', rate),
  linear: (rate) => t('{0}, linear decay', rate),
  cosine: (rate) => t('{0}, cosine decay', rate),
};

/** Everything needed to know what exactly was run. */
export function details(context: PanelContext): Component {
  const body = el('div', { class: 'details' });
  const element = el(
    'div',
    { class: 'stack' },
    el(
      'div',
      { class: 'detail-actions' },
      button({ label: t('Open task file'), icon: 'file', onClick: () => context.send({ type: 'openTask' }) }),
      button({
        label: t('Open run folder'),
        icon: 'folder',
        onClick: () => context.send({ type: 'openRunFolder' }),
      }),
      button({ label: t('Open log'), icon: 'log', onClick: () => context.send({ type: 'openLog' }) }),
    ),
    body,
  );
  const changed = onChange();
  return {
    element,
    update({ run }) {
      if (!run || !changed(run.record)) return;
      const { record } = run;
      fill(
        body,
        promptCard(record),
        card(t('Model'), modelFacts(record)),
        card(t('Data'), dataFacts(record)),
        card(t('Training'), trainingFacts(record)),
        card(t('Evaluation and machine'), runFacts(record)),
        record.labelWords && (hasHead(record) ? classHeadCard : labelWordsCard)(record.labelWords),
      );
    },
  };
}

/** A class head is trained beside the prompt. */
function hasHead({ model }: RunRecord): boolean {
  return model.tuned !== undefined;
}

function promptCard({ task, model }: RunRecord): HTMLElement {
  const { virtualTokens, init, placement } = task.method;
  const soft = () =>
    el(
      'span',
      { class: 'soft', title: t('The soft prompt stands here') },
      formatRows(virtualTokens, 'virtual token'),
    );
  const title = task.messages ? t('Messages') : t('Template');
  const texts = task.messages?.map(({ content }) => content) ?? [task.template ?? ''];
  const last = texts.findLastIndex((text) => templateColumns(text).length > 0);
  /** The text at this index, with the soft prompt behind its last hole where that is its place. */
  const shown = (index: number, masked = false) =>
    pieces(texts[index]!, masked, placement === 'after' && index === last ? soft : undefined);
  return el(
    'section',
    { class: 'card wide', 'aria-label': title },
    el('h2', {}, title),
    el(
      'pre',
      { class: 'template' },
      placement === 'before' && soft(),
      ...(task.messages?.map(({ role }, index) =>
        el(
          'span',
          { class: 'message' },
          el('span', { class: 'role' }, role),
          el('span', {}, ...shown(index)),
        ),
      ) ?? shown(0, model.kind === 'masked')),
    ),
    task.messages &&
      el(
        'p',
        { class: 'hint' },
        t('The model’s own chat template puts the messages into the form it was taught.'),
      ),
    el('p', { class: 'hint' }, beginning(init)),
  );
}

function beginning(init: RunRecord['task']['method']['init']): string {
  if (init.from === 'text') return t('The virtual tokens started from the text “{0}”', init.text);
  if (init.from === 'labels') return t('The virtual tokens started from the class labels.');
  return t('The virtual tokens started from words drawn from the vocabulary.');
}

/** Text with its holes marked; where a masked language model has no `{mask}` to answer at, it stands at the end. */
function pieces(template: string, masked = false, behindHoles?: () => HTMLElement): Child[] {
  const parts = templateParts(template);
  if (masked && !parts.some(({ kind }) => kind === 'mask'))
    parts.push({ kind: 'text', text: ' ' }, { kind: 'mask' });
  const lastHole = parts.findLastIndex(({ kind }) => kind === 'hole');
  return parts.flatMap((part, index): Child[] => {
    if (part.kind === 'text') return [part.text];
    if (part.kind === 'mask')
      return [el('span', { class: 'mask', title: t('The model answers here') }, t('mask'))];
    const hole = el('span', { class: 'hole' }, part.column);
    return index === lastHole && behindHoles ? [hole, behindHoles()] : [hole];
  });
}

function modelFacts(record: RunRecord): Fact[] {
  const { model, task } = record;
  const prompt = task.method.virtualTokens * (model.embeddingSize ?? model.hiddenSize);
  return [
    [t('Name'), model.name],
    ...(model.kind ? [[t('Kind'), tKnown(MODEL_KINDS[model.kind])] as Fact] : []),
    ...(model.architecture ? [[t('Architecture'), model.architecture] as Fact] : []),
    [t('Parameters'), t('{0}, all frozen', formatParameters(model.parameters))],
    [t('Layers'), model.layers],
    [t('Hidden size'), model.hiddenSize],
    [
      t('Tuned parameters'),
      model.tuned === undefined
        ? formatCount(prompt)
        : t(
            '{0} (prompt {1}, class head {2})',
            formatCount(model.tuned),
            formatCount(prompt),
            formatCount(model.tuned - prompt),
          ),
    ],
    [t('File'), path(model.path)],
    [t('Hash'), hash(model.hash)],
  ];
}

function dataFacts({ data, task }: RunRecord): Fact[] {
  const reasons = Object.entries(data.leftOut.reasons);
  const hashes = Object.entries(data.hashes);
  const { kind, column } = task.target;
  return [
    [t('Training rows'), formatCount(data.rows.train)],
    [t('Validation rows'), formatCount(data.rows.validation)],
    [t('Test rows'), formatCount(data.rows.test)],
    [t('Predicts'), kind === 'label' ? t('{0} (classes)', column) : t('{0} (free text)', column)],
    [
      t('Left out'),
      reasons.length === 0
        ? t('no row')
        : el(
            'ul',
            {},
            ...reasons.map(([reason, count]) => el('li', {}, t('{0}: {1}', formatRows(count), reason))),
          ),
    ],
    [
      t('Cut to fit'),
      data.cutRows === 0
        ? t('no row')
        : t('{0} longer than {1}', formatRows(data.cutRows), formatRows(task.limit, 'token')),
    ],
    ...hashes.map(([file, value]): Fact => [fileName(file), hash(value)]),
  ];
}

function trainingFacts(record: RunRecord): Fact[] {
  const { training, method } = record.task;
  const { steps, best } = record;
  const { length, batch } = training;
  return [
    [t('Method'), hasHead(record) ? t('prompt tuning and a class head') : t('prompt tuning')],
    [t('Virtual tokens'), PLACEMENTS[method.placement](method.virtualTokens)],
    [
      t('Steps'),
      'epochs' in length
        ? t('{0} ({1})', formatCount(steps), formatRows(length.epochs, 'epoch'))
        : formatCount(steps),
    ],
    [t('Batch'), 'rows' in batch ? formatRows(batch.rows) : formatRows(batch.tokens, 'token')],
    [t('Learning rate'), DECAYS[training.decay](formatNumber(training.learningRate))],
    [t('Warm-up'), t('{0} % of the steps', formatNumber(training.warmup * 100))],
    [t('Weight decay'), formatNumber(training.weightDecay)],
    [t('Gradient clip'), formatNumber(training.clip)],
    [t('Validation'), t('every {0}', formatRows(training.evaluateEvery, 'step'))],
    [
      t('Early stopping'),
      training.patience === undefined
        ? t('off')
        : t('after {0} without gain', formatRows(training.patience, 'validation')),
    ],
    [t('Seed'), training.seed],
    ...(best ? [[t('Kept prompt'), t('step {0}', best.step)] as Fact] : []),
  ];
}

function runFacts(record: RunRecord): Fact[] {
  const { id, task, device, seconds, softprompt, results, fewShotExamples } = record;
  const { fewShot, zeroShot, hardPrompt, maxRows } = task.evaluation;
  const bare = hasHead(record)
    ? t('similarity to the labels')
    : task.messages
      ? t('the bare messages')
      : t('the bare template');
  // Not every model has a use, or room, for the examples that the task asks for.
  const noExamples = fewShot === 0 || (results.tuned && !results['few-shot']);
  return [
    [t('Zero-shot'), zeroShot ? (hardPrompt ? t('with “{0}”', hardPrompt) : bare) : t('left out')],
    [t('Few-shot'), noExamples ? t('left out') : formatRows(fewShotExamples ?? fewShot, 'example')],
    [t('Test rows used'), maxRows === undefined ? t('all') : t('at most {0}', formatCount(maxRows))],
    [t('Device'), t('{0}, {1}', device.cpu, formatRows(device.threads, 'thread'))],
    [t('Precision'), [device.precision, device.precisionReason].filter(Boolean).join(': ')],
    [t('Platform'), device.platform],
    ...(seconds
      ? ([
          [t('Time to train'), formatDuration(seconds.training)],
          [t('Time to evaluate'), formatDuration(seconds.evaluation)],
          [t('Time in all'), formatDuration(seconds.total)],
        ] as Fact[])
      : []),
    ['Softprompt', softprompt],
    [t('Run'), el('code', {}, id)],
  ];
}

type LabelWords = NonNullable<RunRecord['labelWords']>;

function labelWordsCard(words: LabelWords): HTMLElement {
  return wordsCard(
    t('Label words'),
    t(
      'For each class, the text whose likelihood stands for it. Set target.words in the task file to choose others.',
    ),
    [t('Class'), t('Word'), t('Token ids')],
    words.map((one) => ({ ...one, word: one.word.replaceAll(' ', '␣') })),
  );
}

function classHeadCard(words: LabelWords): HTMLElement {
  return wordsCard(
    t('Class head'),
    t(
      'Trained beside the prompt. Each class starts from a text; set target.words in the task file to choose others.',
    ),
    [t('Class'), t('Starts from'), t('Token ids')],
    words,
  );
}

function wordsCard(title: string, hint: string, columns: string[], words: LabelWords): HTMLElement {
  return el(
    'section',
    { class: 'card wide', 'aria-label': title },
    el('h2', {}, title),
    el('p', { class: 'hint' }, hint),
    el(
      'table',
      { class: 'classes' },
      el('thead', {}, el('tr', {}, ...columns.map((name) => el('th', { scope: 'col' }, name)))),
      el(
        'tbody',
        {},
        ...words.map(({ label, word, tokens }) =>
          el(
            'tr',
            {},
            el('th', { scope: 'row' }, label),
            el('td', {}, el('code', {}, word)),
            el('td', { class: 'quiet' }, tokens.join(', ')),
          ),
        ),
      ),
    ),
  );
}

function card(title: string, facts: Fact[]): HTMLElement {
  return el(
    'section',
    { class: 'card', 'aria-label': title },
    el('h2', {}, title),
    el(
      'dl',
      { class: 'pairs' },
      ...facts.map(([name, ...value]) => el('div', {}, el('dt', {}, name), el('dd', {}, ...value))),
    ),
  );
}

function path(value: string): HTMLElement {
  return el('span', { title: value }, fileName(value));
}

function hash(value: string): HTMLElement {
  return el('code', { title: value }, value.replace(/^sha256:/, '').slice(0, 12));
}
