import { svg } from './dom';

/** Line icons on a 16 px grid, drawn in the text's colour. */
const PATHS = {
  compare: 'M2.5 3h4v10h-4zM9.5 3h4v10h-4z',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  cross: 'M4 4l8 8M12 4l-8 8',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6l7.5-4.8z',
  stop: 'M4 4h8v8H4z',
  refresh: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.2v2.9h-2.9',
  beaker: 'M6 2.5h4M6.7 2.5v4L3.2 12.6a.7.7 0 0 0 .6 1h8.4a.7.7 0 0 0 .6-1L9.3 6.5v-4M5 10h6',
  warning: 'M8 2.5l6 10.8H2zM8 6.5v3.2M8 11.4v.2',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.3v3.6M8 5.1v.2',
  spinner: 'M8 2a6 6 0 1 1-6 6',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.2 3.2',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  folder: 'M2 4h4l1.4 1.6H14v7.4H2z',
  log: 'M3 4h10M3 8h10M3 12h6',
  download: 'M8 2.5v7.2M4.8 7L8 10.2 11.2 7M3 13.5h10',
  up: 'M8 12.5v-9M4.5 7L8 3.5 11.5 7',
  down: 'M8 3.5v9M4.5 9L8 12.5 11.5 9',
  equal: 'M4 6.3h8M4 9.7h8',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  chevron: 'M6 3.5L10.5 8 6 12.5',
  left: 'M10 3.5L5.5 8l4.5 4.5',
  right: 'M6 3.5L10.5 8 6 12.5',
  circle: 'M8 12.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z',
} as const;

export type IconName = keyof typeof PATHS;

/** Decorative: the words beside it carry the meaning. */
export function icon(name: IconName): SVGElement {
  return svg(
    'svg',
    {
      class: `icon icon-${name}`,
      viewBox: '0 0 16 16',
      width: '16',
      height: '16',
      'aria-hidden': 'true',
      focusable: 'false',
    },
    svg('path', { d: PATHS[name] }),
  );
}
