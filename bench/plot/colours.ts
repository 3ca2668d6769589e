/**
 * Told apart by most colour-blind people, on light and dark pages alike (after Okabe and Ito, 2008, with those dropped that
 * fade on white).
 */
export const COLOURS = ['#D55E00', '#CC79A7', '#E69F00', '#0072B2', '#009E73', '#56B4E9'] as const;

/** The colour of the nth thing. */
export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}
