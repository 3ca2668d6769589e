import { fixed } from '../wording';

/** 0.845 → `85 %`. */
export function wholePercent(share: number): string {
  return `${fixed(share * 100, 0)} %`;
}

/** At most `length` characters, in one line. */
export function clip(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : line;
}
