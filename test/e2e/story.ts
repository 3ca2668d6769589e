import { afterEach, beforeEach } from 'vitest';
import type { Workbench } from './workbench';

/**
 * The tests of a describe block are one story in one window: after a step that failed, with a picture of what it saw,
 * the rest is skipped.
 */
export function tellStory(workbench: () => Workbench | undefined): void {
  let failed: string | undefined;
  beforeEach((context) => context.skip(failed !== undefined, `after: ${failed}`));
  afterEach(async ({ task }) => {
    if (failed !== undefined || task.result?.state !== 'fail') return;
    failed = task.name;
    const open = workbench();
    if (open && !open.page.isClosed()) {
      await open.screenshot(`FAILED ${task.name.replaceAll(/\W+/g, ' ').trim()}`);
    }
  });
}
