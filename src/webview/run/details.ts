import { MODEL_KINDS } from '../../protocol/models';
import type { RunRecord } from '../../protocol/runs';
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
import { templateColumns, templateParts } from '../playground/templateHoles';
import type { Component, PanelContext } from './panelContext';

type Fact = [name: string, ...value: Child[]];

/** Everything needed to know what exactly was run. */
export function details(context: PanelContext): Component {
  const body = el('div', { class: 'details' });
  const element = el(
    'div',
    { class: 'stack' },
    el(
      'div',
      { class: 'detail-actions' },
      button({ label: 'Open task file', icon: 'file', onClick: () => context.send({ type: 'openTask' }) }),
      button({
        label: 'Open run folder',
        icon: 'folder',
        onClick: () => context.send({ type: 'openRunFolder' }),
      }),
      button({ label: 'Open log', icon: 'log', onClick: () => context.send({ type: 'openLog' }) }),
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
        card('Model', modelFacts(record)),
        card('Data', dataFacts(record)),
        card('Training', trainingFacts(record)),
        card('Evaluation and machine', runFacts(record)),
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
    el('span', { class: 'soft', title: 'The soft prompt stands here' }, `${virtualTokens} virtual tokens`);
  const texts = task.messages?.map(({ content }) => content) ?? [task.template ?? ''];
  const last = texts.findLastIndex((text) => templateColumns(text).length > 0);
  /** The text at this index, with the soft prompt behind its last hole where that is its place. */
  const shown = (index: number, masked = false) =>
    pieces(texts[index]!, masked, placement === 'after' && index === last ? soft : undefined);
  return el(
    'section',
    { class: 'card wide', 'aria-label': task.messages ? 'Messages' : 'Template' },
    el('h2', {}, task.messages ? 'Messages' : 'Template'),
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
        'The model’s own chat template puts the messages into the form it was taught.',
      ),
    init.from === 'text' && init.text
      ? el('p', { class: 'hint' }, `The virtual tokens started from the text “${init.text}”`)
      : el(
          'p',
          { class: 'hint' },
          init.from === 'labels'
            ? 'The virtual tokens started from the class labels.'
            : 'The virtual tokens started from words drawn from the vocabulary.',
        ),
  );
}

/** Text with its holes marked; where a masked language model has no `{mask}` to answer at, it stands at the end. */
function pieces(template: string, masked = false, behindHoles?: () => HTMLElement): Child[] {
  const parts = templateParts(template);
  if (masked && !parts.some(({ kind }) => kind === 'mask'))
    parts.push({ kind: 'text', text: ' ' }, { kind: 'mask' });
  const lastHole = parts.findLastIndex(({ kind }) => kind === 'hole');
  return parts.flatMap((part, index): Child[] => {
    if (part.kind === 'text') return [part.text];
    if (part.kind === 'mask') return [el('span', { class: 'mask', title: 'The model answers here' }, 'mask')];
    const hole = el('span', { class: 'hole' }, part.column);
    return index === lastHole && behindHoles ? [hole, behindHoles()] : [hole];
  });
}

function modelFacts(record: RunRecord): Fact[] {
  const { model, task } = record;
  const prompt = task.method.virtualTokens * (model.embeddingSize ?? model.hiddenSize);
  return [
    ['Name', model.name],
    ...(model.kind ? [['Kind', MODEL_KINDS[model.kind]] as Fact] : []),
    ...(model.architecture ? [['Architecture', model.architecture] as Fact] : []),
    ['Parameters', `${formatParameters(model.parameters)}, all frozen`],
    ['Layers', model.layers],
    ['Hidden size', model.hiddenSize],
    [
      'Tuned parameters',
      model.tuned === undefined
        ? formatCount(prompt)
        : `${formatCount(model.tuned)} (prompt ${formatCount(prompt)}, class head ${formatCount(model.tuned - prompt)})`,
    ],
    ['File', path(model.path)],
    ['Hash', hash(model.hash)],
  ];
}

function dataFacts({ data, task }: RunRecord): Fact[] {
  const reasons = Object.entries(data.leftOut.reasons);
  const hashes = Object.entries(data.hashes);
  const { kind, column } = task.target;
  return [
    ['Training rows', formatCount(data.rows.train)],
    ['Validation rows', formatCount(data.rows.validation)],
    ['Test rows', formatCount(data.rows.test)],
    ['Predicts', `${column} (${kind === 'label' ? 'classes' : 'free text'})`],
    [
      'Left out',
      reasons.length === 0
        ? 'no row'
        : el('ul', {}, ...reasons.map(([reason, count]) => el('li', {}, `${formatRows(count)}: ${reason}`))),
    ],
    [
      'Cut to fit',
      data.cutRows === 0 ? 'no row' : `${formatRows(data.cutRows)} longer than ${task.limit} tokens`,
    ],
    ...hashes.map(([file, value]): Fact => [fileName(file), hash(value)]),
  ];
}

function trainingFacts(record: RunRecord): Fact[] {
  const { training, method } = record.task;
  const { steps, best } = record;
  const { length, batch } = training;
  return [
    ['Method', hasHead(record) ? 'prompt tuning and a class head' : 'prompt tuning'],
    ['Virtual tokens', `${method.virtualTokens}, ${method.placement} the text`],
    [
      'Steps',
      'epochs' in length
        ? `${formatCount(steps)} (${formatRows(length.epochs, 'epoch')})`
        : formatCount(steps),
    ],
    ['Batch', 'rows' in batch ? formatRows(batch.rows) : formatRows(batch.tokens, 'token')],
    [
      'Learning rate',
      `${formatNumber(training.learningRate)}, ${training.decay === 'none' ? 'constant' : `${training.decay} decay`}`,
    ],
    ['Warm-up', `${formatNumber(training.warmup * 100)} % of the steps`],
    ['Weight decay', formatNumber(training.weightDecay)],
    ['Gradient clip', formatNumber(training.clip)],
    ['Validation', `every ${formatRows(training.evaluateEvery, 'step')}`],
    [
      'Early stopping',
      training.patience === undefined
        ? 'off'
        : `after ${formatRows(training.patience, 'validation')} without gain`,
    ],
    ['Seed', training.seed],
    ...(best ? [['Kept prompt', `step ${best.step}`] as Fact] : []),
  ];
}

function runFacts(record: RunRecord): Fact[] {
  const { id, task, device, seconds, softprompt, results, fewShotExamples } = record;
  const { fewShot, zeroShot, hardPrompt, maxRows } = task.evaluation;
  const bare = hasHead(record)
    ? 'similarity to the labels'
    : `the bare ${task.messages ? 'messages' : 'template'}`;
  // Not every model has a use, or room, for the examples that the task asks for.
  const noExamples = fewShot === 0 || (results.tuned && !results['few-shot']);
  return [
    ['Zero-shot', zeroShot ? (hardPrompt ? `with “${hardPrompt}”` : bare) : 'left out'],
    ['Few-shot', noExamples ? 'left out' : formatRows(fewShotExamples ?? fewShot, 'example')],
    ['Test rows used', maxRows === undefined ? 'all' : `at most ${formatCount(maxRows)}`],
    ['Device', `${device.cpu}, ${formatRows(device.threads, 'thread')}`],
    ['Precision', [device.precision, device.precisionReason].filter(Boolean).join(': ')],
    ['Platform', device.platform],
    ...(seconds
      ? ([
          ['Time to train', formatDuration(seconds.training)],
          ['Time to evaluate', formatDuration(seconds.evaluation)],
          ['Time in all', formatDuration(seconds.total)],
        ] as Fact[])
      : []),
    ['Softprompt', softprompt],
    ['Run', el('code', {}, id)],
  ];
}

type LabelWords = NonNullable<RunRecord['labelWords']>;

function labelWordsCard(words: LabelWords): HTMLElement {
  return wordsCard(
    'Label words',
    'For each class, the text whose likelihood stands for it. Set target.words in the task file to choose others.',
    ['Class', 'Word', 'Token ids'],
    words.map((one) => ({ ...one, word: one.word.replaceAll(' ', '␣') })),
  );
}

function classHeadCard(words: LabelWords): HTMLElement {
  return wordsCard(
    'Class head',
    'Trained beside the prompt. Each class starts from a text; set target.words in the task file to choose others.',
    ['Class', 'Starts from', 'Token ids'],
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
