import type { FromPanel } from '../../protocol/panel';
import type { RunState } from '../../protocol/runs';
import type { IconName } from '../kit/icons';
import { t } from '../kit/l10n';
import type { Tab } from './tab';

export type Tone = 'active' | 'attention' | 'good' | 'bad' | 'quiet';

interface StateLook {
  label: string;
  icon: IconName;
  tone: Tone;
  /** A process is working on the run. */
  live: boolean;
  actions: readonly ActionName[];
}

/** How each state of a run is shown, and what can be done in it. */
export const RUN_STATES: Record<RunState, StateLook> = {
  preparing: { label: t('Preparing'), icon: 'spinner', tone: 'active', live: true, actions: ['cancel'] },
  training: {
    label: t('Training'),
    icon: 'spinner',
    tone: 'active',
    live: true,
    actions: ['pause', 'cancel'],
  },
  paused: {
    label: t('Paused'),
    icon: 'pause',
    tone: 'attention',
    live: true,
    actions: ['continue', 'cancel'],
  },
  testing: { label: t('Testing'), icon: 'spinner', tone: 'active', live: true, actions: ['cancel'] },
  finished: {
    label: t('Finished'),
    icon: 'check',
    tone: 'good',
    live: false,
    actions: ['try', 'tuneAgain', 'evaluate', 'compare'],
  },
  cancelled: {
    label: t('Cancelled'),
    icon: 'stop',
    tone: 'quiet',
    live: false,
    actions: ['resume', 'tuneAgain'],
  },
  failed: { label: t('Failed'), icon: 'cross', tone: 'bad', live: false, actions: ['resume', 'tuneAgain'] },
  interrupted: {
    label: t('Interrupted'),
    icon: 'warning',
    tone: 'attention',
    live: false,
    actions: ['resume', 'tuneAgain'],
  },
};

export type ActionName =
  | 'pause'
  | 'continue'
  | 'cancel'
  | 'resume'
  | 'try'
  | 'evaluate'
  | 'compare'
  | 'tuneAgain';

interface Action {
  label: string;
  icon: IconName;
  title: string;
  /** Stands out when it is the first one. */
  primary?: boolean;
  /** What is asked of the extension; of the page itself, a tab to turn to. */
  does: FromPanel | { tab: Tab };
}

export const ACTIONS: Record<ActionName, Action> = {
  pause: {
    label: t('Pause'),
    icon: 'pause',
    title: t('Pause training; the model stays in memory'),
    does: { type: 'pause' },
  },
  continue: {
    label: t('Continue'),
    icon: 'play',
    title: t('Continue training'),
    primary: true,
    does: { type: 'continue' },
  },
  cancel: {
    label: t('Cancel'),
    icon: 'stop',
    title: t('Save a checkpoint and stop; the run can be resumed later'),
    does: { type: 'cancel' },
  },
  resume: {
    label: t('Resume'),
    icon: 'play',
    title: t('Go on from the last checkpoint'),
    primary: true,
    does: { type: 'resume' },
  },
  try: {
    label: t('Try the prompt'),
    icon: 'play',
    title: t('Try the prompt on a text of your own, beside the base model with a hard prompt'),
    primary: true,
    does: { tab: 'playground' },
  },
  evaluate: {
    label: t('Evaluate'),
    icon: 'beaker',
    title: t('Test the prompt again on the test rows'),
    does: { type: 'evaluate' },
  },
  compare: {
    label: t('Compare with…'),
    icon: 'compare',
    title: t('Put this run beside others: curves, settings, scores and rows'),
    does: { type: 'compare' },
  },
  tuneAgain: {
    label: t('Tune again'),
    icon: 'refresh',
    title: t('Start a new run of this task'),
    primary: true,
    does: { type: 'tuneAgain' },
  },
};
