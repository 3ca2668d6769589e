import uPlot from 'uplot';
import { el, setAttribute } from '../kit/dom';
import { formatCount } from '../kit/format';
import { mix, onThemeChange, toCss } from '../kit/theme';
import { drawAnnotations, type Level, type Mark } from './chartAnnotations';
import { readColours } from './chartColours';
import { drawSoon } from './drawQueue';
import { paintedBy } from './picture';

// The only module that makes charts with the library; chartAnnotations.ts draws on them.

export interface Line {
  /** A colour variable of webview.css. */
  colour: string;
  width: number;
  /** Below 1 the line is drawn faint. */
  strength?: number;
  points?: boolean;
  /** Lengths of strokes and gaps; drawn through without. */
  dash?: number[];
  /** Not drawn itself: an edge of the band. */
  hidden?: boolean;
}

export interface ChartSpec {
  lines: readonly Line[];
  /** Fills between two lines, given by their index: an interval. */
  band?: { high: number; low: number; colour: string };
  formatY: (value: number) => string;
  /** Steps that the y axis may take. */
  incrementsY?: number[];
  /** The y axis begins at zero. */
  fromZero?: boolean;
  /** Values cannot leave this range. */
  limitsY?: [number, number];
  /** In CSS pixels. */
  height?: number;
  /** Few ticks, for charts in a row. */
  small?: boolean;
  /** Charts of one group show the same step under the pointer. */
  group?: string;
  /** The point under the pointer, or none. */
  onPoint: (index: number | undefined) => void;
}

export interface ChartData {
  x: number[];
  columns: (number | null)[][];
  /** Right end of the x axis. */
  maxX: number;
  levels: readonly Level[];
  marks: readonly Mark[];
  /** What the chart says, in words, for a screen reader. */
  summary: string;
}

export interface Chart {
  element: HTMLElement;
  draw(data: ChartData): void;
  setLogarithmic(logarithmic: boolean): void;
}

/** Room for the numbers of the y axis, in CSS pixels: the same in all charts, and more where they are longer. */
const NUMBERS_WIDTH = 46;
const NUMBERS_GAP = 6;
const HEIGHT = 200;
const HALF_A_PIXEL = 0.5;
/** So often a chart is drawn whose changes cannot be seen yet. */
const SLOW_MILLISECONDS = 1000;
const STEPS = [1, 2, 5, 10, 20, 25, 50].flatMap((one) => [1, 100, 10_000, 1_000_000].map((ten) => one * ten));
const STEP_INCREMENTS = [...new Set(STEPS)].sort((a, b) => a - b);

export function lineChart(spec: ChartSpec): Chart {
  // By keyboard, arrows go from step to step.
  const element = el('div', { class: 'chart', role: 'img', tabindex: 0 });
  const height = spec.height ?? HEIGHT;
  element.style.height = `${height}px`;
  let plot: uPlot | undefined;
  let data: ChartData | undefined;
  let logarithmic = false;
  let colours = readColours();
  const ruler = document.createElement('canvas').getContext('2d')!;
  /** Out of view nothing is drawn; what changed meanwhile is drawn when it comes into view. */
  let inView = true;
  let stale = false;
  let drawn: { data: ChartData; at: number } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function rebuild(): void {
    plot?.destroy();
    plot = undefined;
    const width = element.clientWidth;
    if (!data || width === 0) return;
    stale = false;
    drawn = { data, at: performance.now() };
    plot = new uPlot(options(width, 1), aligned(data), element);
  }

  function redraw(): void {
    if (!data) return;
    if (!plot) rebuild();
    else if (inView) {
      plot.setData(aligned(data));
      stale = false;
      drawn = { data, at: performance.now() };
    } else stale = true;
  }

  /** One step more among thousands is less than a pixel: then drawing waits until more has come together. */
  function looksTheSame(next: ChartData): boolean {
    if (!drawn || next.maxX !== drawn.data.maxX || next.x.length <= drawn.data.x.length) return false;
    const moved = (next.x.at(-1)! - (drawn.data.x.at(-1) ?? 0)) / Math.max(1, next.maxX);
    return moved * (plot?.width ?? 0) < HALF_A_PIXEL;
  }

  function schedule(): void {
    clearTimeout(timer);
    const wait = data && drawn && looksTheSame(data) ? drawn.at + SLOW_MILLISECONDS - performance.now() : 0;
    if (wait <= 0) drawSoon(redraw);
    else timer = setTimeout(() => drawSoon(redraw), wait);
  }

  /** Everything `zoom` times as large: 1 on the page, more for pictures. */
  function options(width: number, zoom: number): uPlot.Options {
    const axis: uPlot.Axis = {
      stroke: () => toCss(colours.text),
      font: colours.font(zoom),
      grid: { stroke: () => toCss(colours.grid), width: zoom },
      ticks: { show: false },
      gap: NUMBERS_GAP * zoom,
    };
    const { group } = spec;
    return {
      width: width * zoom,
      height: height * zoom,
      padding: [(spec.small ? 8 : 14) * zoom, 18 * zoom, 0, 0], // right: half of the last step's number
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 7, width: 0 },
        sync: group && zoom === 1 ? { key: group, scales: ['x', null] } : undefined,
      },
      scales: {
        x: { time: false, range: () => [0, Math.max(1, data?.maxX ?? 1)] },
        y: { distr: logarithmic ? 3 : 1, range: (_, low, high) => rangeY(low, high) },
      },
      axes: [
        {
          ...axis,
          size: (spec.small ? 22 : 26) * zoom,
          space: (spec.small ? 44 : 60) * zoom,
          incrs: STEP_INCREMENTS,
          values: (_, splits) => splits.map(formatCount),
        },
        {
          ...axis,
          size: (_, values) => Math.max(NUMBERS_WIDTH, widest(values ?? []) + NUMBERS_GAP) * zoom,
          space: (spec.small ? 22 : 34) * zoom,
          incrs: spec.incrementsY,
          values: (_, splits) => splits.map((value) => (value === null ? '' : spec.formatY(value))),
        },
      ],
      series: [
        {},
        ...spec.lines.map(
          (line): uPlot.Series => ({
            stroke: () => (line.hidden ? 'transparent' : lineColour(line)),
            width: line.width * zoom,
            dash: line.dash?.map((length) => length * zoom),
            spanGaps: true,
            points: line.points
              ? { show: true, size: 6 * zoom, fill: () => lineColour(line) }
              : { show: false },
          }),
        ),
      ],
      bands: spec.band && [
        {
          series: [spec.band.high + 1, spec.band.low + 1],
          fill: () => toCss([...themeRgb(spec.band!.colour), colours.highContrast ? 0.3 : 0.14]),
        },
      ],
      hooks: {
        draw: [(chart) => data && drawAnnotations(chart, uPlot.pxRatio * zoom, data, colours, spec.small)],
        setCursor: [(chart) => spec.onPoint(chart.cursor.idx ?? undefined)],
      },
    };
  }

  /** Of these texts, in pixels. */
  function widest(texts: readonly string[]): number {
    ruler.font = colours.font(1);
    return Math.ceil(Math.max(0, ...texts.map((text) => ruler.measureText(text).width)));
  }

  function themeRgb(variable: string): [number, number, number] {
    const [red, green, blue] = colours.of(variable);
    return [red, green, blue];
  }

  function lineColour({ colour, strength = 1 }: Line): string {
    // Faint is for those who see it: high contrast themes get more of it.
    const share = colours.highContrast ? Math.max(strength, 0.65) : strength;
    return toCss(mix(colours.of(colour), colours.background, share));
  }

  function rangeY(low: number | null, high: number | null): [number, number] {
    const values = [low, high, ...(data?.levels ?? []).map(({ value }) => value)].filter(
      (value): value is number => value !== null && Number.isFinite(value),
    );
    if (values.length === 0) return [0, 1];
    const bottom = spec.fromZero ? 0 : Math.min(...values);
    const top = Math.max(...values);
    if (logarithmic) return [Math.max(bottom, 1e-6) * 0.85, Math.max(top, 1e-5) * 1.15];
    const pad = (top - bottom || Math.abs(top) * 0.1 || 1) * 0.1;
    const [least, most] = spec.limitsY ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return [Math.max(least, bottom - pad), Math.min(most, top + pad)];
  }

  /** In all charts of the group; the third argument is missing in uPlot's types. */
  function moveCursor(left: number): void {
    const move = plot?.setCursor as ((at: object, hooks: boolean, publish: boolean) => void) | undefined;
    move?.({ left, top: left < 0 ? left : 1 }, true, true);
  }
  element.addEventListener('keydown', (event) => {
    const steps = data?.x;
    if (!plot || !steps?.length) return;
    const now = plot.cursor.idx ?? steps.length - 1;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: steps.length - 1 }[event.key];
    if (to === undefined) return;
    const x = steps[Math.min(steps.length - 1, Math.max(0, to))]!;
    moveCursor(plot.valToPos(x, 'x'));
    event.preventDefault();
  });
  element.addEventListener('blur', () => moveCursor(-10));
  new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width === 0) return;
    if (plot) plot.setSize({ width, height });
    else rebuild();
  }).observe(element);
  new IntersectionObserver(
    (entries) => {
      inView = entries.at(-1)?.isIntersecting ?? true;
      if (inView && stale) redraw();
    },
    { rootMargin: '200px' },
  ).observe(element);
  onThemeChange(() => {
    colours = readColours();
    plot?.redraw(false, true);
  });
  paintedBy(element, (ctx, width) => {
    if (!data) return;
    const zoom = ctx.getTransform().a / uPlot.pxRatio;
    const large = new uPlot(options(width, zoom), aligned(data), document.createElement('div'));
    large.batch(() => {}); // draws at once
    ctx.drawImage(large.ctx.canvas, 0, 0, width, height);
    large.destroy();
  });

  return {
    element,
    draw(next) {
      data = next;
      setAttribute(element, 'aria-label', next.summary);
      if (plot) schedule();
      else rebuild();
    },
    setLogarithmic(next) {
      if (next === logarithmic) return;
      logarithmic = next;
      rebuild();
    },
  };
}

function aligned({ x, columns }: ChartData): uPlot.AlignedData {
  return [x, ...columns];
}
