import { linearTicks, logarithmicTicks } from './ticks';

export interface Curve {
  points: readonly (readonly [number, number])[];
  colour: string;
  /** Drawn thin and faint, behind the others. */
  faint?: boolean;
  /** Dots without a line between them. */
  dots?: boolean;
}

export interface Axis {
  title: string;
  logarithmic?: boolean;
  /** Where it begins and ends; around all points unless told. */
  range?: readonly [number, number];
}

export interface Panel {
  title: string;
  x: Axis;
  y: Axis;
  curves: readonly Curve[];
}

const WIDTH = 420;
const HEIGHT = 270;
const MARGIN = { left: 52, right: 16, top: 30, bottom: 42 };
const LEGEND_LINE = 22;
const LEGEND_ENTRY = 225;
/** Part of an axis that is left free around its points. */
const ROOM = 0.04;
/** Readable on a light and on a dark page; the background is the page's. */
const GREY = '#808790';
const FONT = 'font-family="system-ui, sans-serif" font-size="12"';

/** Curves in panels, `columns` side by side, as an SVG picture with a legend of names and colours under them. */
export function drawPanels(
  panels: readonly Panel[],
  legend: readonly { name: string; colour: string }[],
  columns = 2,
): string {
  const width = columns * WIDTH;
  const bottom = Math.ceil(panels.length / columns) * HEIGHT;
  const entries = Math.max(1, Math.floor((width - MARGIN.left) / LEGEND_ENTRY));
  const height = bottom + Math.ceil(legend.length / entries) * LEGEND_LINE + 6;
  const body = panels.map((panel, i) => {
    const corner = [(i % columns) * WIDTH, Math.floor(i / columns) * HEIGHT];
    return `<g transform="translate(${corner})">\n${drawPanel(panel)}\n</g>`;
  });
  const names = legend.map(({ name, colour }, i) => {
    const x = MARGIN.left + (i % entries) * LEGEND_ENTRY;
    const y = bottom + Math.floor(i / entries) * LEGEND_LINE + 10;
    const mark = `<line x1="${x}" y1="${y}" x2="${x + 20}" y2="${y}" stroke="${colour}" stroke-width="3"/>`;
    return `${mark}<text x="${x + 26}" y="${y + 4}">${plain(name)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" fill="${GREY}" ${FONT}>`,
    `<title>${plain(panels.map(({ title }) => title).join('; '))}</title>`,
    ...body,
    ...names,
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, x, y, curves }: Panel): string {
  const points = curves.flatMap((curve) => curve.points);
  const across = scale(
    x,
    points.map(([value]) => value),
    [MARGIN.left, WIDTH - MARGIN.right],
  );
  const up = scale(
    y,
    points.map(([, value]) => value),
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const [left, right] = across.ends;
  const [bottom, top] = up.ends;
  const ordered = [...curves].sort((a, b) => Number(b.faint ?? false) - Number(a.faint ?? false));
  return [
    `<text x="${left}" y="${top - 12}" font-weight="600">${plain(title)}</text>`,
    ...up.ticks.map(
      (tick) =>
        `<line x1="${left}" x2="${right}" y1="${up.at(tick)}" y2="${up.at(tick)}" stroke="${GREY}" stroke-opacity="0.25"/>` +
        `<text x="${left - 6}" y="${Number(up.at(tick)) + 4}" text-anchor="end">${label(tick)}</text>`,
    ),
    ...across.ticks.map(
      (tick) => `<text x="${across.at(tick)}" y="${bottom + 16}" text-anchor="middle">${label(tick)}</text>`,
    ),
    `<line x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" stroke="${GREY}"/>`,
    `<text x="${(left + right) / 2}" y="${bottom + 34}" text-anchor="middle">${plain(x.title)}</text>`,
    `<text transform="translate(14 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${plain(y.title)}</text>`,
    ...ordered.map((curve) => drawCurve(curve, across.at, up.at)),
  ].join('\n');
}

type Place = (value: number) => string;

function drawCurve({ points, colour, faint, dots }: Curve, across: Place, up: Place): string {
  if (dots) {
    return points
      .map(([x, y]) => `<circle cx="${across(x)}" cy="${up(y)}" r="3.5" fill="${colour}"/>`)
      .join('');
  }
  const line = points.map(([x, y]) => `${across(x)},${up(y)}`).join(' ');
  const look = faint ? 'stroke-width="1" stroke-opacity="0.3"' : 'stroke-width="2"';
  return `<polyline points="${line}" fill="none" stroke="${colour}" ${look} stroke-linejoin="round"/>`;
}

/** Where values of an axis stand in the picture, to a tenth of a pixel, and its marks. */
function scale({ logarithmic, range }: Axis, values: readonly number[], ends: readonly [number, number]) {
  const bend = logarithmic ? Math.log : (value: number) => value;
  const unbend = logarithmic ? Math.exp : (value: number) => value;
  const [start, end] = ends;
  const [least, most] = [bend(Math.min(...values)), bend(Math.max(...values))];
  const room = ROOM * (most - least);
  const [from, to] = range ?? [unbend(least - room), unbend(most + room)];
  const at = (value: number) => {
    const part = from === to ? 0.5 : (bend(value) - bend(from)) / (bend(to) - bend(from));
    return (start + part * (end - start)).toFixed(1);
  };
  return {
    at,
    ends,
    ticks: logarithmic ? logarithmicTicks(from, to) : from === to ? [from] : linearTicks(from, to),
  };
}

const label = (value: number) => value.toLocaleString('en');

/** A text as it may stand in a picture. */
const plain = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
