import type { FromPanel } from '../../protocol/panel';
import type { RunState } from '../../protocol/runs';
import type { IconName } from '../kit/icons';

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
  preparing: { label: 'Preparing', icon: 'spinner', tone: 'active', live: true, actions: ['cancel'] },
  training: { label: 'Training', icon: 'spinner', tone: 'active', live: true, actions: ['pause', 'cancel'] },
  paused: { label: 'Paused', icon: 'pause', tone: 'attention', live: true, actions: ['continue', 'cancel'] },
  testing: { label: 'Testing', icon: 'spinner', tone: 'active', live: true, actions: ['cancel'] },
  finished: {
    label: 'Finished',
    icon: 'check',
    tone: 'good',
    live: false,
    actions: ['tuneAgain', 'evaluate'],
  },
  cancelled: {
    label: 'Cancelled',
    icon: 'stop',
    tone: 'quiet',
    live: false,
    actions: ['resume', 'tuneAgain'],
  },
  failed: { label: 'Failed', icon: 'cross', tone: 'bad', live: false, actions: ['resume', 'tuneAgain'] },
  interrupted: {
    label: 'Interrupted',
    icon: 'warning',
    tone: 'attention',
    live: false,
    actions: ['resume', 'tuneAgain'],
  },
};

export type ActionName = 'pause' | 'continue' | 'cancel' | 'resume' | 'evaluate' | 'tuneAgain';

interface Action {
  label: string;
  icon: IconName;
  title: string;
  /** Stands out when it is the first one. */
  primary?: boolean;
  message: FromPanel;
}

export const ACTIONS: Record<ActionName, Action> = {
  pause: {
    label: 'Pause',
    icon: 'pause',
    title: 'Pause training; the model stays in memory',
    message: { type: 'pause' },
  },
  continue: {
    label: 'Continue',
    icon: 'play',
    title: 'Continue training',
    primary: true,
    message: { type: 'continue' },
  },
  cancel: {
    label: 'Cancel',
    icon: 'stop',
    title: 'Save a checkpoint and stop; the run can be resumed later',
    message: { type: 'cancel' },
  },
  resume: {
    label: 'Resume',
    icon: 'play',
    title: 'Go on from the last checkpoint',
    primary: true,
    message: { type: 'resume' },
  },
  evaluate: {
    label: 'Evaluate',
    icon: 'beaker',
    title: 'Test the prompt again on the test rows',
    message: { type: 'evaluate' },
  },
  tuneAgain: {
    label: 'Tune again',
    icon: 'refresh',
    title: 'Start a new run of this task',
    primary: true,
    message: { type: 'tuneAgain' },
  },
};
