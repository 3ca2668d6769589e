/** The parts of a run's page. */
export const TABS = ['overview', 'predictions', 'playground', 'details'] as const;
export type Tab = (typeof TABS)[number];
