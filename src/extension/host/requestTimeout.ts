import type { RequestName } from '../../protocol/requests';

/** What a thread of the host reads, one after another: a question may wait for those before it, on a slow computer too. */
const QUEUED = 300_000;
/** What the host answers at once, or from a run's folder. */
const AT_ONCE = 60_000;

/** How long a request may take, in milliseconds, before the host counts as stuck; null: as long as it needs, the user can cancel it. */
export const REQUEST_TIMEOUT: { readonly [M in RequestName]: number | null } = {
  initialize: AT_ONCE,
  'dataset/inspect': QUEUED,
  'dataset/preview': QUEUED,
  'dataset/rows': QUEUED,
  'dataset/predictions': QUEUED,
  'table/state': QUEUED,
  'table/rows': QUEUED,
  'table/row': QUEUED,
  'table/close': AT_ONCE,
  'task/draft': QUEUED,
  'task/check': QUEUED,
  'task/exclude': QUEUED,
  'models/list': QUEUED,
  'models/pull': null,
  'models/remove': AT_ONCE,
  'runs/list': 120_000,
  'runs/read': 120_000,
  'runs/delete': 120_000,
  'training/start': QUEUED,
  'training/resume': QUEUED,
  'training/pause': AT_ONCE,
  'training/continue': AT_ONCE,
  'training/cancel': AT_ONCE,
  evaluate: null,
  'evaluate/file': null,
  predict: null,
  'predict/row': QUEUED,
  'labels/check': null,
  'labels/read': QUEUED,
  'labels/dismiss': QUEUED,
  shutdown: 4_000,
};
