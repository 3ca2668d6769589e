import type { FrameLocator, Locator } from 'playwright-core';
import type { Workbench } from './workbench';

/** What a person sees and presses in the panel of a run. */
export class RunPage {
  constructor(private readonly workbench: Workbench) {}

  get frame(): FrameLocator {
    return this.workbench.panel();
  }

  /** Training, Paused, Finished, … */
  get state(): Locator {
    return this.frame.locator('header .badge');
  }

  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true });
  }

  tab(name: string): Locator {
    return this.frame.getByRole('tab', { name });
  }

  /** Waits until the badge says so. */
  async becomes(state: string, milliseconds = 120_000): Promise<void> {
    await this.state.filter({ hasText: state }).waitFor({ timeout: milliseconds });
  }

  /** The last step that the header knows; also of a run that has ended, whose bar is hidden. */
  async step(): Promise<number> {
    return Number(await this.frame.locator('[role=progressbar]').first().getAttribute('aria-valuenow'));
  }

  /** Waits for a later step and returns it. */
  async stepAfter(step: number, milliseconds = 120_000): Promise<number> {
    const until = Date.now() + milliseconds;
    while (Date.now() < until) {
      const now = await this.step();
      if (now > step) return now;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`No step after step ${step} within ${milliseconds / 1000} s.`);
  }

  /** Rows of the predictions table that are drawn. */
  get rows(): Locator {
    return this.frame.locator('.predictions .table-row[data-index]');
  }

  outcome(name: string): Locator {
    return this.frame.getByRole('group', { name: 'Outcome' }).getByRole('button', { name });
  }
}
