/** Addresses as the page may load them, and what its security policy is made of. */
export interface PageSources {
  script: string;
  style: string;
  cspSource: string;
  nonce: string;
}

/** The page of the run panel: an empty shell, which dist/webview.js fills. Nothing inline, nothing from elsewhere. */
export function panelHtml({ script, style, cspSource, nonce }: PageSources): string {
  const policy = [
    "default-src 'none'",
    `img-src ${cspSource} data:`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta property="csp-nonce" content="${nonce}">
    <meta name="viewport" content="width=device-width, initial-scale=1.0">
    <link rel="stylesheet" href="${style}">
    <title>Softprompt</title>
  </head>
  <body>
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}
