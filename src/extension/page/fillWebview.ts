import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { translations } from '../translations';
import { pageHtml } from './pageHtml';

/** The pages there are: each is a folder of webview/, bundled to dist/pages/NAME.js, with its style sheets in media/. */
export const PAGES = {
  run: { title: 'Softprompt', styles: ['webview.css', 'playground.css'] },
  compare: { title: vscode.l10n.t('Compare runs'), styles: ['webview.css', 'compare.css'] },
  table: { title: vscode.l10n.t('Dataset'), styles: ['webview.css', 'table.css'] },
  form: { title: vscode.l10n.t('Task'), styles: ['webview.css', 'form.css'] },
} as const satisfies Record<string, { title: string; styles: readonly string[] }>;

export type PageName = keyof typeof PAGES;

/** Loads one of our pages into a webview, with the words of the display language. */
export function fillWebview(webview: vscode.Webview, extensionUri: vscode.Uri, name: PageName): void {
  const { title, styles } = PAGES[name];
  const place = (...path: string[]): vscode.Uri => vscode.Uri.joinPath(extensionUri, ...path);
  webview.options = { enableScripts: true, localResourceRoots: [place('dist'), place('media')] };
  webview.html = pageHtml({
    title,
    script: String(webview.asWebviewUri(place('dist', 'pages', `${name}.js`))),
    styles: styles.map((style) => String(webview.asWebviewUri(place('media', style)))),
    cspSource: webview.cspSource,
    nonce: randomBytes(18).toString('base64url'),
    language: vscode.env.language,
    strings: translations(),
  });
}
