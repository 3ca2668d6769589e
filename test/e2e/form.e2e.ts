import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { tellStory } from './story';
import { DATASET, datasetText, tinyTask } from './workspace';

/** What takes a moment on a busy machine. */
const SOON = { timeout: 60_000 };

const TASK = 'topics.softprompt.json';

/** A task as a person wrote it, with a comment to keep. */
const WRITTEN = `// The shop's mailbox.
{
  "model": ${JSON.stringify((tinyTask({ steps: 1 }) as { model: string }).model)},
  "data": "${DATASET}",
  "template": "Message: \\nTopic:",
  "target": "label",
  "method": { "virtualTokens": 8 }, // enough
  "training": { "steps": 30, "batchRows": 8 }
}
`;

describe('A task as text and as a form', () => {
  const { workspace, workbench, run } = tellStory({ files: { [DATASET]: datasetText(), [TASK]: WRITTEN } });

  const form = () => workbench.panel();
  const field = (name: string) => form().getByLabel(name, { exact: true });
  const saved = () => readFile(workspace.file(TASK), 'utf8');
  const save = () => workbench.page.keyboard.press('Control+S');
  const line = (text: string) => workbench.page.locator('.view-line', { hasText: text }).first();

  it('offers the columns inside a hole, and takes one', async () => {
    await workbench.openFile(TASK);
    await workbench.lens('Open as Form').waitFor({ timeout: 60_000 });
    await workbench.goTo(5, 25);
    await workbench.page.keyboard.type('{');
    const suggestions = workbench.page.locator('.suggest-widget .monaco-list-row');
    await suggestions.filter({ hasText: 'text' }).first().waitFor();
    expect(await suggestions.filter({ hasText: 'label' }).count()).toBe(0); // the answer
    await workbench.screenshot('form-1-hole');
    await workbench.page.keyboard.type('te');
    await workbench.page.keyboard.press('Enter');
    await line('Message: {text}').waitFor();
    await save();
    await expect.poll(saved, SOON).toContain('"Message: {text}\\nTopic:"');
  });

  it('tells of a column and of the data under the pointer', async () => {
    const { page } = workbench;
    for (const [line, column, text] of [
      [4, 15, 'account: 36 rows'],
      [5, 28, '108 distinct'],
    ] as const) {
      await workbench.goTo(line, column);
      const cursor = await page.locator('.cursors-layer .cursor').first().boundingBox();
      if (!cursor) throw new Error('There is no cursor.');
      await page.mouse.move(cursor.x + 3, cursor.y + cursor.height / 2, { steps: 3 });
      await page.locator('.monaco-hover').getByText(text).first().waitFor();
    }
    await workbench.screenshot('form-2-hover');
    await page.mouse.move(900, 700);
  });

  it('underlines exactly a hole without column, and mends it', async () => {
    await workbench.goTo(5, 26);
    await workbench.page.keyboard.type('x');
    await workbench.page.locator('.squiggly-error').first().waitFor();
    await workbench.page.keyboard.press('Control+.');
    const fix = workbench.page.locator('.action-widget .monaco-list-row', { hasText: 'Use “text”' }).first();
    await fix.waitFor();
    await workbench.screenshot('form-3-fix');
    await fix.click();
    await line('Message: {text}').waitFor();
    await workbench.page.locator('.squiggly-error').first().waitFor({ state: 'detached' });
    await save();
  });

  it('shows the task as a form, with the prompt of a row', async () => {
    await workbench.clickLens('Open as Form');
    await form().getByRole('heading', { name: 'topics' }).waitFor();
    await form().getByText('Ready to tune').waitFor({ timeout: 60_000 });
    await form().locator('.preview-body', { hasText: '8 virtual tokens' }).waitFor();
    await expect.poll(() => field('Virtual tokens').inputValue()).toBe('8');
    await expect.poll(() => field('Steps').inputValue()).toBe('30');
    await workbench.screenshot('form-4-form');
  });

  it('writes what is changed in the form, and nothing else; undo takes it back', async () => {
    await field('Virtual tokens').fill('12');
    await field('Seed').fill('7');
    await field('Seed').blur();
    await workbench.page.keyboard.press('Control+S');
    const changed = (text: string): string =>
      text
        .replace('Message: ', 'Message: {text}')
        .replace('"virtualTokens": 8', '"virtualTokens": 12')
        .replace('"batchRows": 8', '"batchRows": 8, "seed": 7');
    await expect.poll(saved, SOON).toBe(changed(WRITTEN));
    await field('Seed').focus();
    await workbench.page.keyboard.press('Control+Z');
    await expect.poll(() => field('Seed').inputValue(), SOON).toBe('');
    await workbench.page.keyboard.press('Control+Y');
    await expect.poll(() => field('Seed').inputValue(), SOON).toBe('7');
  });

  it('keeps in step with the text beside it', async () => {
    await workbench.command('View: Split Editor Right');
    await workbench.command('Softprompt: Open as Text');
    await line('"virtualTokens": 12').waitFor();
    const template = field('Template');
    await template.click();
    await template.press('Control+Home');
    await workbench.page.keyboard.type('New ');
    await line('"New Message: {text}').waitFor();
    expect(await template.evaluate((area: HTMLTextAreaElement) => area.selectionStart)).toBe(4);
    await workbench.screenshot('form-5-beside');
    await line('"seed": 7').click();
    await workbench.goTo(8, 28);
    await workbench.page.keyboard.press('Backspace');
    await workbench.page.keyboard.type('4');
    await expect.poll(() => field('Steps').inputValue(), SOON).toBe('34');
    await workbench.screenshot('form-6-text');
  });

  it('says where the text stops being JSON, and goes on when it is mended', async () => {
    await workbench.page.keyboard.type('"');
    const alert = form().getByText('Line 8 of the file is not valid JSON.').last();
    await alert.waitFor();
    expect((await alert.boundingBox())?.y).toBeGreaterThan(0); // in view, although the form is scrolled
    await workbench.screenshot('form-7-broken');
    await workbench.page.keyboard.press('Backspace');
    await form().getByRole('alert').waitFor({ state: 'detached' });
  });

  it('tunes from the form, as precisely and with the placement that are chosen there', async () => {
    await field('Precision').selectOption('int8');
    await field('Placement').selectOption('after');
    await line('"placement": "after"').waitFor();
    await form().getByText('Ready to tune').waitFor();
    await form().getByRole('button', { name: 'Tune', exact: true }).click();
    await workbench.editorTab('Run: topics').click();
    await workbench.command('View: Close Editors in Other Groups');
    await run.tab('Details').click();
    const details = run.frame.getByRole('tabpanel', { name: 'Details' });
    await details.getByText('12, after the text').waitFor({ timeout: 60_000 });
    const precision = details.getByText(/^int8: as asked for/);
    await precision.waitFor();
    await precision.scrollIntoViewIfNeeded();
    await workbench.screenshot('form-8-tune');
    expect(await workbench.errorNotifications()).toEqual([]);
    expect(workbench.pageErrors).toEqual([]);
  });
});
