import uPlot from 'uplot';
import { el } from '../kit/dom';
import { mix, onThemeChange, themeColour, toCss } from '../kit/theme';

// The only module that knows the chart library.

export interface Line {
  /** A colour variable of webview.css. */
  colour: string;
  width: number;
  /** Below 1 the line is drawn faint. */
  strength?: number;
  points?: boolean;
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
  /** Values cannot leave this range. */
  limitsY?: [number, number];
  /** The point under the pointer, or none. */
  onPoint: (index: number | undefined) => void;
}

/** A dashed horizontal line with its name on it. */
export interface Level {
  value: number;
  label: string;
  colour: string;
}

/** A vertical line with its name at the top. */
export interface Mark {
  x: number;
  label: string;
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

const HEIGHT = 200;
const FONT_SIZE = 11;

export function lineChart(spec: ChartSpec): Chart {
  const element = el('div', { class: 'chart', role: 'img' });
  let plot: uPlot | undefined;
  let data: ChartData | undefined;
  let logarithmic = false;
  let colours = readColours();

  function rebuild(): void {
    plot?.destroy();
    plot = undefined;
    const width = element.clientWidth;
    if (!data || width === 0) return;
    plot = new uPlot(options(width), aligned(data), element);
  }

  function options(width: number): uPlot.Options {
    const axis: uPlot.Axis = {
      stroke: () => toCss(colours.text),
      font: colours.font,
      grid: { stroke: () => toCss(colours.grid), width: 1 },
      ticks: { show: false },
      gap: 6,
    };
    return {
      width,
      height: HEIGHT,
      padding: [14, 18, 0, 0], // right: half of the last step's number
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, width: 0 } },
      scales: {
        x: { time: false, range: () => [0, Math.max(1, data?.maxX ?? 1)] },
        y: { distr: logarithmic ? 3 : 1, range: (_, low, high) => rangeY(low, high) },
      },
      axes: [
        {
          ...axis,
          size: 26,
          space: 60,
          incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000],
        },
        {
          ...axis,
          size: 46,
          space: 34,
          incrs: spec.incrementsY,
          values: (_, splits) => splits.map((value) => (value === null ? '' : spec.formatY(value))),
        },
      ],
      series: [
        {},
        ...spec.lines.map(
          (line): uPlot.Series => ({
            stroke: () => (line.hidden ? 'transparent' : lineColour(line)),
            width: line.width,
            spanGaps: true,
            points: line.points ? { show: true, size: 6, fill: () => lineColour(line) } : { show: false },
          }),
        ),
      ],
      bands: spec.band && [
        {
          series: [spec.band.high + 1, spec.band.low + 1],
          fill: () => toCss([...themeRgb(spec.band!.colour), 0.14]),
        },
      ],
      hooks: {
        draw: [(chart) => drawAnnotations(chart)],
        setCursor: [(chart) => spec.onPoint(chart.cursor.idx ?? undefined)],
      },
    };
  }

  function themeRgb(variable: string): [number, number, number] {
    const [red, green, blue] = colours.of(variable);
    return [red, green, blue];
  }

  function lineColour({ colour, strength = 1 }: Line): string {
    return toCss(mix(colours.of(colour), colours.background, strength));
  }

  function rangeY(low: number | null, high: number | null): [number, number] {
    const values = [low, high, ...(data?.levels ?? []).map(({ value }) => value)].filter(
      (value): value is number => value !== null && Number.isFinite(value),
    );
    if (values.length === 0) return [0, 1];
    const bottom = Math.min(...values);
    const top = Math.max(...values);
    if (logarithmic) return [Math.max(bottom, 1e-6) * 0.85, Math.max(top, 1e-5) * 1.15];
    const pad = Math.max((top - bottom) * 0.1, 0.01);
    const [least, most] = spec.limitsY ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    return [Math.max(least, bottom - pad), Math.min(most, top + pad)];
  }

  function drawAnnotations(chart: uPlot): void {
    if (!data) return;
    const { ctx } = chart;
    const { left, top, width, height } = chart.bbox;
    const pixel = uPlot.pxRatio;
    ctx.save();
    ctx.font = colours.fontAt(pixel);
    ctx.lineWidth = pixel;
    ctx.strokeStyle = toCss(colours.text);
    ctx.fillStyle = toCss(colours.text);
    for (const { x, label } of data.marks) {
      const at = Math.round(chart.valToPos(x, 'x', true)) + 0.5;
      dashed(ctx, [2 * pixel, 3 * pixel], at, top, at, top + height);
      const fits = at + ctx.measureText(label).width + 4 * pixel < left + width;
      ctx.textAlign = fits ? 'left' : 'right';
      ctx.textBaseline = 'bottom';
      ctx.fillText(label, at + (fits ? 0 : 2 * pixel), top - 2 * pixel);
    }
    let above = Number.NEGATIVE_INFINITY;
    let nameTop = Number.POSITIVE_INFINITY;
    for (const { value, label, colour } of [...data.levels].sort((a, b) => b.value - a.value)) {
      const at = Math.round(chart.valToPos(value, 'y', true)) + 0.5;
      ctx.strokeStyle = toCss(colours.of(colour));
      ctx.fillStyle = toCss(mix(colours.of(colour), colours.of('--sp-strong'), 0.55));
      dashed(ctx, [6 * pixel, 4 * pixel], left, at, left + width, at);
      // Under its line when the name of the one above would be in the way.
      const line = FONT_SIZE * pixel;
      const crowded = at - above < line * 2.4 || at - top < line * 1.5;
      // At the bottom of the chart there is no room under a line: then on top of the other name.
      const under = crowded && at + line * 1.5 < top + height;
      ctx.textAlign = 'right';
      ctx.textBaseline = under ? 'top' : 'bottom';
      const y = under ? at + 4 * pixel : Math.min(at - 3 * pixel, crowded ? nameTop : at);
      haloText(ctx, label, left + width - 4 * pixel, y, toCss(colours.background), 3 * pixel);
      above = under ? at + line : at;
      nameTop = under ? y : y - line;
    }
    ctx.restore();
  }

  new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width === 0) return;
    if (plot) plot.setSize({ width, height: HEIGHT });
    else rebuild();
  }).observe(element);
  onThemeChange(() => {
    colours = readColours();
    plot?.redraw(false, true);
  });

  return {
    element,
    draw(next) {
      data = next;
      element.setAttribute('aria-label', next.summary);
      if (plot) plot.setData(aligned(next));
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

function dashed(
  ctx: CanvasRenderingContext2D,
  pattern: number[],
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): void {
  ctx.setLineDash(pattern);
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Text that stays readable where a line passes behind it. */
function haloText(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  background: string,
  width: number,
): void {
  ctx.save();
  ctx.strokeStyle = background;
  ctx.lineWidth = width;
  ctx.lineJoin = 'round';
  ctx.strokeText(text, x, y);
  ctx.restore();
  ctx.fillText(text, x, y);
}

function readColours() {
  const family = getComputedStyle(document.body).fontFamily || 'sans-serif';
  const known = new Map<string, ReturnType<typeof themeColour>>();
  const of = (variable: string) => {
    const colour = known.get(variable) ?? themeColour(variable);
    known.set(variable, colour);
    return colour;
  };
  return {
    of,
    background: of('--sp-background'),
    text: of('--sp-quiet'),
    grid: of('--sp-grid'),
    font: `${FONT_SIZE}px ${family}`,
    fontAt: (pixel: number) => `${FONT_SIZE * pixel}px ${family}`,
  };
}
