import type { RunRecord } from '../protocol/runs';
import { button } from './controls';
import { type Child, el, fill, onChange } from './dom';
import { fileName, formatCount, formatDuration, formatNumber, formatParameters, formatRows } from './format';
import type { Component, PanelContext } from './panelContext';
import { promptText, templateParts } from './templateHoles';

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
        record.labelWords && labelWordsCard(record.labelWords),
      );
    },
  };
}

function promptCard({ task }: RunRecord): HTMLElement {
  const { virtualTokens, init } = task.method;
  return el(
    'section',
    { class: 'card wide', 'aria-label': task.messages ? 'Messages' : 'Template' },
    el('h2', {}, task.messages ? 'Messages' : 'Template'),
    el(
      'pre',
      { class: 'template' },
      el('span', { class: 'soft', title: 'The soft prompt stands here' }, `${virtualTokens} virtual tokens`),
      ...templateParts(promptText(task)).map((part) =>
        part.kind === 'text' ? part.text : el('span', { class: 'hole' }, part.column),
      ),
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

function modelFacts({ model, task }: RunRecord): Fact[] {
  return [
    ['Name', model.name],
    ['Parameters', `${formatParameters(model.parameters)}, all frozen`],
    ['Layers', model.layers],
    ['Hidden size', model.hiddenSize],
    [
      'Tuned parameters',
      formatCount(model.tuned ?? task.method.virtualTokens * (model.embeddingSize ?? model.hiddenSize)),
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

function trainingFacts({ task: { training, method }, steps, best }: RunRecord): Fact[] {
  const { length, batch } = training;
  return [
    ['Method', 'prompt tuning'],
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

function runFacts({ id, task, device, seconds, softprompt }: RunRecord): Fact[] {
  const { fewShot, zeroShot, hardPrompt, maxRows } = task.evaluation;
  return [
    ['Zero-shot', zeroShot ? (hardPrompt ? `with “${hardPrompt}”` : 'the bare template') : 'left out'],
    ['Few-shot', fewShot > 0 ? formatRows(fewShot, 'example') : 'left out'],
    ['Test rows used', maxRows === undefined ? 'all' : `at most ${formatCount(maxRows)}`],
    ['Device', `${device.cpu}, ${formatRows(device.threads, 'thread')}`],
    ['Precision', device.precision],
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

function labelWordsCard(words: NonNullable<RunRecord['labelWords']>): HTMLElement {
  return el(
    'section',
    { class: 'card wide', 'aria-label': 'Label words' },
    el('h2', {}, 'Label words'),
    el(
      'p',
      { class: 'hint' },
      'For each class, the text whose likelihood stands for it. Set target.words in the task file to choose others.',
    ),
    el(
      'table',
      { class: 'classes' },
      el(
        'thead',
        {},
        el('tr', {}, ...['Class', 'Word', 'Token ids'].map((name) => el('th', { scope: 'col' }, name))),
      ),
      el(
        'tbody',
        {},
        ...words.map(({ label, word, tokens }) =>
          el(
            'tr',
            {},
            el('th', { scope: 'row' }, label),
            el('td', {}, el('code', {}, word.replaceAll(' ', '␣'))),
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
