import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { launchChromium } from '../chromium';
import { SCREENSHOTS } from './places';

const READY_MILLISECONDS = 180_000;
const LENS_MILLISECONDS = 90_000;
/** What may have been lost is tried again after this long, the second time after twice as long, and so on. */
const PATIENCE_MILLISECONDS = 5_000;
/** Notifications and lists slide in. */
const SETTLE_MILLISECONDS = 400;
const PICTURE_MARGIN = 16;

/** The shell that VS Code puts around the panel's page; a view in the sidebar would have a purpose. */
const PANEL =
  'iframe.webview.ready[src*="extensionId=softprompt.softprompt"]:not([src*="purpose=webviewView"])';

export interface WindowOptions {
  width?: number;
  height?: number;
  /** Device pixels for one of the page. */
  scale?: number;
}

/** VS Code's window in a browser, with the few gestures that the tests make. */
export class Workbench {
  #browser: Browser | undefined;
  #page: Page | undefined;
  /** Errors of the panel's page: exceptions, and what its security policy refused. */
  readonly pageErrors: string[] = [];
  /** What the person at the window has done so far: mouse buttons and keys pressed, in any frame. */
  readonly gestures = { clicks: 0, keys: 0 };

  get page(): Page {
    if (!this.#page) throw new Error('The window is not open yet.');
    return this.#page;
  }

  get isOpen(): boolean {
    return this.#page?.isClosed() === false;
  }

  async open(url: string, { width = 1440, height = 900, scale = 1 }: WindowOptions = {}): Promise<void> {
    this.#browser = await launchChromium();
    const context = await this.#browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await context.exposeFunction('countGesture', (kind: 'clicks' | 'keys') => {
      this.gestures[kind]++;
    });
    await context.addInitScript(`for (const [event, kind] of [['mousedown', 'clicks'], ['keydown', 'keys']])
      window.addEventListener(event, ({ isTrusted }) => isTrusted && window.countGesture?.(kind), true);`);
    const page = await context.newPage();
    this.#page = page;
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => {
      const ours = /extensions\/softprompt\./.test(`${message.location().url} ${message.text()}`);
      if (message.type() === 'error' && ours) this.pageErrors.push(message.text());
    });
    page.on(
      'pageerror',
      (error) => /dist\/pages\//.test(error.stack ?? '') && this.pageErrors.push(String(error)),
    );
    await page.goto(url);
    await this.ready();
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }

  /** Waits until the window is drawn and the extension answers. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: READY_MILLISECONDS });
    await this.page.locator('.activitybar .action-item').first().waitFor({ timeout: READY_MILLISECONDS });
  }

  /** Reloads the window, as after an update; the extension host starts anew. */
  async reload(): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), this.command('Developer: Reload Window')]);
    await this.ready();
  }

  /** Runs a command by its title in the palette. */
  async command(title: string): Promise<void> {
    await this.#choose('F1', `>${title}`, title);
  }

  /** Opens a file of the workspace by name. */
  async openFile(name: string): Promise<void> {
    await this.#choose('Control+P', name, name);
    await this.editorTab(name).waitFor();
  }

  /**
   * Types into the box that a key opens, and takes the first line with this text. The box may close by itself while the
   * window is busy, and an extension's commands are listed only seconds after the window is drawn: so it is tried again.
   */
  async #choose(key: string, typed: string, text: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    for (let attempt = 1; ; attempt++) {
      try {
        const timeout = attempt * PATIENCE_MILLISECONDS;
        await this.page.keyboard.press(key);
        await this.#box.waitFor({ timeout });
        await this.#box.fill(typed, { timeout });
        await row.click({ timeout });
        return;
      } catch (error) {
        if (attempt === 6) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** The box of the palette, of files and of lines. */
  get #box(): Locator {
    return this.page.locator('.quick-input-widget input').first();
  }

  editorTab(name: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: name });
  }

  /** A line of the Problems list. */
  problem(text: string | RegExp): Locator {
    return this.page.locator('.markers-panel .monaco-list-row', { hasText: text }).first();
  }

  /** The menu of what can be done at the text cursor, as Ctrl+. opens it. */
  async quickFixes(): Promise<Locator> {
    const lines = this.page.locator('.action-widget .monaco-list-row.action');
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('Control+.');
      try {
        await lines.first().waitFor({ timeout: attempt * PATIENCE_MILLISECONDS });
        return lines;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Takes one of them, by keyboard alone. */
  async quickFix(title: string): Promise<void> {
    const lines = await this.quickFixes();
    await lines.filter({ hasText: title }).waitFor();
    const chosen = this.page.locator('.action-widget .monaco-list-row.focused', { hasText: title });
    for (let press = 0; press < 20 && !(await chosen.isVisible()); press++) {
      await this.page.keyboard.press('ArrowDown');
    }
    await this.page.keyboard.press('Enter');
    await lines.first().waitFor({ state: 'hidden' });
  }

  /** A CodeLens of the editors in view. */
  lens(text: string | RegExp): Locator {
    return this.page
      .locator('.codelens-decoration a, .codelens-decoration > span', { hasText: text })
      .first();
  }

  /**
   * Clicks a CodeLens once it stands still: one that is drawn anew just then takes no click. One that is no link is what the editor
   * remembers from before, until an extension says it again: a click on it does nothing.
   */
  async clickLens(text: string | RegExp): Promise<void> {
    const lens = this.page.locator('.codelens-decoration a', { hasText: text }).first();
    await lens.waitFor({ timeout: LENS_MILLISECONDS });
    for (let attempt = 0; attempt < 20; attempt++) {
      const before = await lens.elementHandle();
      await this.page.waitForTimeout(SETTLE_MILLISECONDS);
      if (await lens.evaluate((element, other) => element === other, before)) break;
    }
    await lens.click();
  }

  /** A line of text of the editors in view, with what is shown behind it. */
  line(text: string | RegExp): Locator {
    return this.page.locator('.view-line', { hasText: text }).first();
  }

  /** Puts the text cursor at a place of the active editor, counted from 1. */
  async goTo(line: number, column = 1): Promise<void> {
    await this.page.keyboard.press('Control+G');
    await this.#box.waitFor();
    await this.#box.fill(`:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await this.#box.waitFor({ state: 'hidden' });
  }

  /** Turns to a colour theme by its name. */
  async useTheme(name: string): Promise<void> {
    await this.command('Preferences: Color Theme');
    await this.#box.fill(name);
    await this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).waitFor();
    await this.page.keyboard.press('Enter');
    await this.#box.waitFor({ state: 'hidden' });
  }

  /** The box that explains what is at the text cursor. */
  async hover(text: string | RegExp): Promise<Locator> {
    const hover = this.page.locator('.monaco-hover:visible', { hasText: text }).first();
    // It may be asked for while the editor is still busy with the place before.
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('Control+K');
      await this.page.keyboard.press('Control+I');
      try {
        await hover.waitFor({ timeout: attempt * PATIENCE_MILLISECONDS });
        return hover;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** The page of the run panel. */
  panel(): FrameLocator {
    return this.page.frameLocator(PANEL).frameLocator('#active-frame');
  }

  /** A picture of the run panel alone, from its top to the end of one of its parts. */
  async picturePanel(path: string, last: Locator): Promise<void> {
    await this.page.waitForTimeout(SETTLE_MILLISECONDS);
    const panel = await this.page.locator(PANEL).boundingBox();
    const end = await last.boundingBox();
    if (!panel || !end) throw new Error('The panel is not in view.');
    const height = end.y + end.height - panel.y + PICTURE_MARGIN;
    await this.page.screenshot({ path, clip: { ...panel, height: Math.min(panel.height, height) } });
  }

  /** Shows Softprompt's sidebar. */
  async openSidebar(): Promise<void> {
    const tab = this.page.locator('.activitybar .action-item', {
      has: this.page.locator('[aria-label^="Softprompt"]'),
    });
    if ((await tab.getAttribute('aria-selected')) !== 'true' && !(await tab.locator('.checked').count())) {
      await tab.click();
    }
  }

  /** A line of a tree in the sidebar. */
  treeItem(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row', { hasText: text }).first();
  }

  /** Chooses from the menu that a right click opens. */
  async contextMenu(target: Locator, item: string): Promise<void> {
    await target.click({ button: 'right' });
    await this.menuItem(item).waitFor();
    await this.page.waitForTimeout(SETTLE_MILLISECONDS); // a menu that just opened takes no click
    await this.menuItem(item).click();
    await this.menuItem(item).waitFor({ state: 'hidden' });
  }

  /** Walks from the top of a list that has the keyboard to a line of it. */
  async walkTo(list: Locator, text: string | RegExp): Promise<void> {
    const there = list.locator('.monaco-list:focus-within .monaco-list-row.focused', { hasText: text });
    // A list takes its focus a moment after the command for it, and keys before that are lost.
    for (let attempt = 1; attempt <= 20; attempt++) {
      await this.page.keyboard.press('Home');
      const lines = await list.locator('.monaco-list-row').count();
      for (let line = 0; line < lines; line++) {
        if (await there.count()) return;
        await this.page.keyboard.press('ArrowDown');
      }
      await this.page.waitForTimeout(SETTLE_MILLISECONDS);
    }
    throw new Error(`The keyboard does not come to a line with ${text}.`);
  }

  /** Chooses from the menu of the line that has the keyboard, without the mouse. */
  async menuByKeyboard(item: string): Promise<void> {
    await this.page.keyboard.press('Shift+F10');
    await this.menuItem(item).waitFor();
    const chosen = this.page.locator('.monaco-menu .action-item.focused', { hasText: item });
    for (let press = 0; press < 20 && !(await chosen.isVisible()); press++)
      await this.page.keyboard.press('ArrowDown');
    await this.page.keyboard.press('Enter');
    await this.menuItem(item).waitFor({ state: 'hidden' });
  }

  /** A line of the menu that is open. */
  menuItem(text: string): Locator {
    return this.page.locator('.monaco-menu .action-menu-item', { hasText: text }).first();
  }

  /** The question that has to be answered before anything else. */
  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Saves where the dialog proposes; returns the proposed path, which must end with this name. */
  async acceptSave(name: string): Promise<string> {
    await this.page.waitForFunction(
      (end) => document.querySelector<HTMLInputElement>('.quick-input-widget input')?.value.endsWith(end),
      name,
    );
    const path = await this.#box.inputValue();
    await this.page.keyboard.press('Enter');
    await this.#box.waitFor({ state: 'hidden' });
    return path;
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first();
  }

  notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item');
  }

  notification(text: string | RegExp): Locator {
    return this.notifications().filter({ hasText: text }).first();
  }

  /** Texts of the error notifications in view. */
  errorNotifications(): Promise<string[]> {
    return this.notifications()
      .filter({ has: this.page.locator('.codicon-error') })
      .allInnerTexts();
  }

  /** Line of the text cursor, as the status bar tells it. */
  async cursorLine(): Promise<number> {
    const text = await this.page.locator('#status\\.editor\\.selection').textContent();
    return Number(/Ln (\d+)/.exec(text ?? '')?.[1]);
  }

  /** What is on the screen, in words: for a log, where pictures cannot be looked at. */
  async account(): Promise<string> {
    const texts = async (name: string, locator: Locator): Promise<string> =>
      `${name}: ${(await locator.allInnerTexts().catch(() => [])).map((text) => text.replaceAll(/\s+/g, ' ')).join(' | ')}`;
    const panel = this.panel().locator('body');
    const lines = await Promise.all([
      texts('tabs', this.page.locator('.tabs-container .tab')),
      texts('lenses', this.page.locator('.codelens-decoration')),
      texts('notifications', this.notifications()),
      texts('dialog', this.dialog),
      texts('quick pick', this.page.locator('.quick-input-widget:visible')),
      texts('status bar', this.page.locator('.statusbar')),
      texts('sidebar', this.page.locator('.sidebar')),
      texts('webview', panel).then((text) => text.slice(0, 2_000)),
    ]);
    return [...lines, ...this.pageErrors.map((error) => `page error: ${error}`)].join('\n');
  }

  async screenshot(name: string): Promise<void> {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.waitForTimeout(SETTLE_MILLISECONDS);
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }
}
