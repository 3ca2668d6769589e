/** Addresses as the page may load them, what its security policy is made of, and the words it shows. */
export interface PageSources {
  title: string;
  script: string;
  styles: readonly string[];
  cspSource: string;
  nonce: string;
  /** The editor's display language, for numbers, dates and screen readers. */
  language: string;
  /** Translations by their English text; empty where the display language is English. */
  strings: Readonly<Record<string, string>>;
}

/** The shell of a webview's page, which its script fills. Nothing inline but data, nothing from elsewhere. */
export function pageHtml(sources: PageSources): string {
  const { title, script, styles, cspSource, nonce, language, strings } = sources;
  const policy = [
    "default-src 'none'",
    `img-src ${cspSource} data:`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  const links = styles.map((style) => `<link rel="stylesheet" href="${style}">`).join('\n    ');
  // "<" is written as an escape, so that no translation can end the script element.
  const data = JSON.stringify(strings).replaceAll('<', '\\u003c');
  return `<!DOCTYPE html>
<html lang="${language}">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta property="csp-nonce" content="${nonce}">
    <meta name="viewport" content="width=device-width, initial-scale=1.0">
    ${links}
    <title>${title}</title>
  </head>
  <body>
    <script nonce="${nonce}" type="application/json" id="strings">${data}</script>
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}
