import type { FromPanel } from '../../src/protocol/panel';
import type { Playground, Try } from '../../src/protocol/playground';
import type { TrialAnswer } from '../../src/protocol/requests';
import type { Panel } from './harness';

// What is asked in the playground, and answers made up for it.

export const TUNED: TrialAnswer = {
  predicted: 'delivery',
  probabilities: {
    delivery: 0.93,
    returns: 0.04,
    account: 0.01,
    billing: 0.01,
    product_question: 0.005,
    technical_problem: 0.005,
  },
  milliseconds: 184,
  cutTokens: 0,
};

export const HARD: TrialAnswer = {
  predicted: 'account',
  probabilities: {
    account: 0.31,
    delivery: 0.27,
    returns: 0.2,
    billing: 0.12,
    product_question: 0.06,
    technical_problem: 0.04,
  },
  milliseconds: 1_240,
  cutTokens: 0,
};

/** What the page asked last. */
export async function lastTry(panel: Panel): Promise<Extract<FromPanel, { type: 'try' }>> {
  const asked = (await panel.posted()).findLast((message) => message.type === 'try');
  if (asked?.type !== 'try') throw new Error('Nothing was asked.');
  return asked;
}

/** Both answers to what was asked last. */
export async function answerBoth(panel: Panel, tuned = TUNED, hard = HARD): Promise<void> {
  const { id } = await lastTry(panel);
  await panel.send(
    { type: 'answer', id, side: 'tuned', answer: tuned },
    { type: 'answer', id, side: 'hard', answer: hard },
  );
}

const TEXTS = [
  'where is my parcel',
  'i want my money back',
  'my parcel went to the neighbour again',
  'two charges on my card',
];

/** A playground that was used a while. */
export function usedPlayground(count = 12): Playground {
  const tries = Array.from({ length: count }, (_, index): Try => {
    const agree = index % 3 > 0;
    const taken = { file: '/work space/support/test.csv', row: index, line: index + 1, target: 'delivery' };
    return {
      time: Date.UTC(2026, 10, 22, 11, 40 - index),
      values: { text: TEXTS[index % TEXTS.length]! },
      ...(index % 2 === 0 && { taken }),
      hardPrompt: index % 4 === 3 ? { kind: 'own', text: 'Sort the message.' } : { kind: 'few-shot' },
      tuned: TUNED,
      hard: agree ? { ...HARD, predicted: 'delivery' } : HARD,
    };
  });
  return { tries, kind: 'few-shot', own: 'Sort the message.' };
}
