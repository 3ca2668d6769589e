import { themeColour } from '../kit/theme';

export const FONT_SIZE = 11;

export type ChartColours = ReturnType<typeof readColours>;

/** The theme's colours and font as a canvas takes them; read anew when the theme changes. */
export function readColours() {
  const family = getComputedStyle(document.body).fontFamily || 'sans-serif';
  const known = new Map<string, ReturnType<typeof themeColour>>();
  const of = (variable: string) => {
    const colour = known.get(variable) ?? themeColour(variable);
    known.set(variable, colour);
    return colour;
  };
  return {
    of,
    highContrast: document.body.classList.contains('vscode-high-contrast'),
    background: of('--sp-background'),
    text: of('--sp-quiet'),
    grid: of('--sp-grid'),
    font: (zoom: number) => `${FONT_SIZE * zoom}px ${family}`,
  };
}
