import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { extensionHosts, hostProcesses } from './hostProcess';
import { tellStory } from './story';
import { DATASET, datasetText, tinyTask } from './workspace';

// One long run that is paused, cancelled, reloaded away and killed, and goes on each time.
describe('A run that is interrupted', () => {
  const task = tinyTask({ steps: 1_000_000, evaluateEvery: 500, checkpointEvery: 20 });
  const story = tellStory({ files: { [DATASET]: datasetText(), 'long.softprompt.json': task } });
  const { workbench, run } = story;

  it('is started from its task file, and shown in the status bar', async () => {
    await workbench.openFile('long.softprompt.json');
    await workbench.clickLens('Tune');
    await run.becomes('Training');
    await run.stepAfter(30);
    await workbench.statusBarItem(/long [\d,]+\/1,000,000 · .+ left · loss \d/).waitFor();
    await workbench.screenshot('interruptions-1-training');
  });

  it('pauses, and stands still', async () => {
    await run.button('Pause').click();
    await run.becomes('Paused');
    const stepsMeanwhile = async (): Promise<number> => {
      const before = await run.step();
      await sleep(1_500);
      return (await run.step()) - before;
    };
    await expect.poll(stepsMeanwhile).toBe(0); // events may still be on their way
    await workbench.statusBarItem(/long .*paused/).waitFor();
    await workbench.screenshot('interruptions-2-paused');
  });

  it('continues', async () => {
    const step = await run.step();
    await run.button('Continue').click();
    await run.becomes('Training');
    await run.stepAfter(step);
  });

  it('is cancelled, and resumed from its checkpoint', async () => {
    await run.button('Cancel').click();
    await run.becomes('Cancelled');
    const step = await run.step();
    await workbench.screenshot('interruptions-3-cancelled');
    await run.button('Resume').click();
    await run.becomes('Training');
    expect(await run.stepAfter(step)).toBeLessThan(step + 50_000);
  });

  it('says that one training runs at a time', async () => {
    await workbench.command('Softprompt: Tune');
    await workbench.notification('“long” is being tuned; one training runs at a time').waitFor();
    await workbench.screenshot('interruptions-4-second-run');
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('goes on by itself, and its panel with it, after the window was reloaded in the middle', async () => {
    const step = await run.stepAfter(0);
    const [before] = hostProcesses(story.server.home);
    await workbench.reload();
    await workbench.notification('“long” goes on, from its checkpoint at step').waitFor({ timeout: 180_000 });
    await run.becomes('Training', 180_000);
    await run.stepAfter(step);
    expect(hostProcesses(story.server.home)).not.toContain(before);
    await workbench.screenshot('interruptions-5-reloaded');
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('tells of a training host that was killed, starts it again, and resumes', async () => {
    const step = await run.stepAfter(0);
    const [host] = hostProcesses(story.server.home);
    process.kill(host!, 'SIGKILL');
    await workbench.notification('training host stopped').waitFor();
    await workbench.screenshot('interruptions-6-killed');
    await run.becomes('Interrupted');
    await expect.poll(() => hostProcesses(story.server.home).length, { timeout: 60_000 }).toBe(1);
    expect(hostProcesses(story.server.home)).not.toContain(host);
    await workbench.notification('training host stopped').getByRole('button', { name: 'Resume' }).click();
    await run.becomes('Training');
    await run.stepAfter(step);
    await workbench.screenshot('interruptions-7-resumed');
  });

  it('is not lost with the extension host, and the person is asked when that happens again so soon', async () => {
    await run.stepAfter(0);
    await workbench.command('Notifications: Clear All Notifications');
    const [before] = hostProcesses(story.server.home);
    for (const id of extensionHosts(story.server.home)) process.kill(id, 'SIGKILL');
    const offer = workbench.notification('The run of “long” was interrupted at step');
    await offer.waitFor({ timeout: 180_000 });
    const step = await run.step(); // of the old panel, which nobody answers any more
    await workbench.screenshot('interruptions-8-extension-host-killed');
    await expect.poll(() => hostProcesses(story.server.home), { timeout: 60_000 }).not.toContain(before);
    await offer.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => workbench.editorTab(/Run: long|Softprompt/).count()).toBe(1);
    await run.becomes('Training', 180_000);
    await run.stepAfter(step);
    await workbench.screenshot('interruptions-9-resumed');
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('has shown no error besides', async () => {
    expect(await workbench.errorNotifications()).toEqual([]);
    expect(workbench.pageErrors).toEqual([]);
  });

  it('leaves no process behind when the window is closed', async () => {
    expect(hostProcesses(story.server.home)).toHaveLength(1);
    await workbench.page.close({ runBeforeUnload: true });
    await expect.poll(() => hostProcesses(story.server.home), { timeout: 60_000 }).toEqual([]);
  });
});
