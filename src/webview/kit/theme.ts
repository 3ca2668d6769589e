/** Red, green, blue in 0..255 and alpha in 0..1. */
export type Colour = readonly [red: number, green: number, blue: number, alpha: number];

const BLACK: Colour = [0, 0, 0, 1];
const WHITE: Colour = [255, 255, 255, 1];
const READABLE = 4.5;

/** Calls back when VS Code changes the theme: it swaps the body's class and the root's variables. */
export function onThemeChange(listener: () => void): void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
}

const QUIET = 5.5;

/**
 * Some themes (Light Modern) give descriptions the colour of the text. Then secondary text steps back by fading, as far
 * as it stays easy to read.
 */
export function keepHierarchy(): void {
  const apply = () => {
    document.body.style.removeProperty('--sp-quiet');
    const background = themeColour('--sp-background');
    const ink = themeColour('--sp-ink');
    const quiet = mix(themeColour('--sp-quiet'), background, 1);
    const highContrast = document.body.classList.contains('vscode-high-contrast');
    if (highContrast || contrast(quiet, background) < 0.85 * contrast(ink, background)) return;
    const fading = [0.6, 0.7, 0.8, 0.9].map((share) => mix(ink, background, share));
    const faded = fading.find((colour) => contrast(colour, background) >= QUIET);
    if (faded) document.body.style.setProperty('--sp-quiet', toCss(faded));
  };
  apply();
  onThemeChange(apply);
}

/** The value of one of the page's colour variables (`--sp-…`, defined in webview.css), as canvas takes it. */
export function cssColour(variable: string): string {
  return toCss(themeColour(variable));
}

/** The value of a colour variable in numbers. */
export function themeColour(variable: string): Colour {
  const probe = document.createElement('span');
  probe.style.color = `var(${variable})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return parseColour(value);
}

/** Reads what getComputedStyle gives: `rgb(…)`, `rgba(…)` or `color(srgb …)`. */
export function parseColour(value: string): Colour {
  const numbers = (value.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  const scale = value.startsWith('color(') ? 255 : 1;
  const [red = 0, green = 0, blue = 0, alpha = 1] = numbers;
  return [red * scale, green * scale, blue * scale, alpha];
}

/** `share` of the first colour over the second, opaque. */
export function mix(over: Colour, under: Colour, share: number): Colour {
  const part = Math.min(1, Math.max(0, share)) * over[3];
  const channel = (i: 0 | 1 | 2) => over[i] * part + under[i] * (1 - part);
  return [channel(0), channel(1), channel(2), 1];
}

/** The preferred text colour where it can be read on the background (WCAG 4.5 : 1), else black or white. */
export function readableOn(background: Colour, preferred: Colour): Colour {
  if (contrast(background, preferred) >= READABLE) return preferred;
  return contrast(background, BLACK) > contrast(background, WHITE) ? BLACK : WHITE;
}

/** WCAG 2 contrast ratio of two opaque colours. */
export function contrast(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export function toCss([red, green, blue, alpha]: Colour): string {
  return `rgba(${Math.round(red)}, ${Math.round(green)}, ${Math.round(blue)}, ${alpha})`;
}

function luminance([red, green, blue]: Colour): number {
  const linear = (channel: number) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
