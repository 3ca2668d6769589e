import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { PAGES, type PageName } from '../../src/extension/page/fillWebview';
import { pageHtml } from '../../src/extension/page/pageHtml';
import type { FromPanel, PanelState, ToPanel } from '../../src/protocol/panel';
import { launchChromium } from '../chromium';
import themes from './themes.json';

// The panel's page outside VS Code: the real bundle and style sheet under the same content security policy, the
// editor's theme variables, and a stand-in for acquireVsCodeApi that records what the page says.

const ORIGIN = 'http://panel.test';
const NONCE = 'harness';

export type Theme = keyof typeof themes;
export const THEMES = Object.keys(themes) as Theme[];

/** What a page says and hears; the run panel's unless told. */
export interface PageTypes {
  to: { type: string };
  from: { type: string };
  kept: object;
}
interface RunPanelTypes {
  to: ToPanel;
  from: FromPanel;
  kept: PanelState;
}

export interface Harness<T extends PageTypes = RunPanelTypes> {
  open(options?: OpenOptions<T>): Promise<Panel<T>>;
  close(): Promise<void>;
}

export interface OpenOptions<T extends PageTypes = RunPanelTypes> {
  theme?: Theme;
  width?: number;
  height?: number;
  /** What VS Code kept from before the reload. */
  kept?: T['kept'];
  reducedMotion?: boolean;
  /** Translations, by their English text. */
  strings?: Record<string, string>;
  language?: string;
}

export interface Panel<T extends PageTypes = RunPanelTypes> {
  page: Page;
  send(...messages: T['to'][]): Promise<void>;
  /** Until what was asked for is drawn. */
  settled(): Promise<void>;
  /** What the page posted so far. */
  posted(): Promise<T['from'][]>;
  kept(): Promise<T['kept']>;
  /** Console errors and violations of the policy. */
  errors: string[];
  close(): Promise<void>;
}

export async function startHarness<T extends PageTypes = RunPanelTypes>(
  name: PageName = 'run',
): Promise<Harness<T>> {
  const bundle = await build({
    entryPoints: [`src/webview/${name}/main.ts`],
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    logLevel: 'error',
  });
  const script = bundle.outputFiles[0]!.text;
  const browser = await launchChromium();
  return {
    open: (options) => openPanel<T>(browser, name, script, options),
    close: () => browser.close(),
  };
}

async function openPanel<T extends PageTypes>(
  browser: Browser,
  name: PageName,
  script: string,
  options: OpenOptions<T> = {},
): Promise<Panel<T>> {
  const { width = 1280, height = 900, reducedMotion } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  const files: Record<string, { body: string; contentType: string }> = {
    '/': { body: shell(name, options), contentType: 'text/html' },
    '/page.js': { body: script, contentType: 'text/javascript' },
  };
  for (const style of PAGES[name].styles) {
    files[`/${style}`] = { body: readFileSync(`media/${style}`, 'utf8'), contentType: 'text/css' };
  }
  await page.route(`${ORIGIN}/**`, (route) => {
    const file = files[new URL(route.request().url()).pathname];
    return file ? route.fulfill(file) : route.fulfill({ status: 204 });
  });
  await page.goto(`${ORIGIN}/`);
  const settled = () =>
    page.evaluate(
      () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
    );
  return {
    page,
    errors,
    async send(...messages) {
      await page.evaluate((all) => {
        for (const message of all) window.dispatchEvent(new MessageEvent('message', { data: message }));
      }, messages);
      await settled();
    },
    settled,
    posted: () => page.evaluate('window.posted'),
    kept: () => page.evaluate('window.kept'),
    close: () => context.close(),
  };
}

/** VS Code sets its theme on the root element from a script; so does this, since the policy forbids it in HTML. */
function shell(page: PageName, options: OpenOptions<PageTypes>): string {
  const { theme = 'dark', kept, strings = {}, language = 'en' } = options;
  const { kind, name, variables } = themes[theme];
  const all = {
    ...variables,
    '--vscode-font-family': "Inter, system-ui, 'Ubuntu', 'Droid Sans', sans-serif",
    '--vscode-font-size': '13px',
    '--vscode-font-weight': 'normal',
    '--vscode-editor-font-family': "'DejaVu Sans Mono', monospace",
  };
  const html = pageHtml({
    title: PAGES[page].title,
    script: `${ORIGIN}/page.js`,
    styles: PAGES[page].styles.map((style) => `${ORIGIN}/${style}`),
    language,
    strings,
    cspSource: ORIGIN,
    nonce: NONCE,
  });
  const editor = `<script nonce="${NONCE}">
  window.posted = [];
  window.kept = ${JSON.stringify(kept ?? null)};
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => window.posted.push(message),
    getState: () => window.kept,
    setState: (state) => { window.kept = state; },
  });
  window.setTheme = (variables) => {
    for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
  };
  window.setTheme(${JSON.stringify(all)});
</script>`;
  return html.replace('<body>', `<body class="${kind}" data-vscode-theme-id="${name}">\n${editor}`);
}
