import type uPlot from 'uplot';
import { mix, toCss } from '../kit/theme';
import { type ChartColours, FONT_SIZE } from './chartColours';

const DASHED: readonly number[] = [6, 4];
const DOTTED: readonly number[] = [2, 3];

/** A dashed horizontal line with its name on it. */
export interface Level {
  value: number;
  label: string;
  colour: string;
  /** Lengths of strokes and gaps: lines are told apart by more than their colour. */
  dash?: readonly number[];
}

/** A vertical line with its name at the top. */
export interface Mark {
  x: number;
  label: string;
}

/** Draws marks and levels over a chart; `pixel` is the canvas's pixels in one of the page. */
export function drawAnnotations(
  chart: uPlot,
  pixel: number,
  { marks, levels }: { marks: readonly Mark[]; levels: readonly Level[] },
  colours: ChartColours,
  small = false,
): void {
  const { ctx } = chart;
  const { left, top, width, height } = chart.bbox;
  ctx.save();
  ctx.font = colours.font(pixel);
  ctx.lineWidth = pixel;
  ctx.strokeStyle = toCss(colours.text);
  ctx.fillStyle = toCss(colours.text);
  let taken = left;
  for (const { x, label } of marks) {
    const at = Math.round(chart.valToPos(x, 'x', true)) + 0.5;
    dashed(ctx, DOTTED, pixel, at, top, at, top + height);
    const room = ctx.measureText(label).width;
    const start = Math.min(at, left + width + 18 * pixel - room);
    if (small || start < taken) continue; // its line alone says that something was here
    taken = start + room + 8 * pixel;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'bottom';
    ctx.fillText(label, start, top - 2 * pixel);
  }
  let above = Number.NEGATIVE_INFINITY;
  let nameTop = Number.POSITIVE_INFINITY;
  for (const { value, label, colour, dash = DASHED } of [...levels].sort((a, b) => b.value - a.value)) {
    const at = Math.round(chart.valToPos(value, 'y', true)) + 0.5;
    ctx.strokeStyle = toCss(colours.of(colour));
    ctx.fillStyle = toCss(mix(colours.of(colour), colours.of('--sp-strong'), 0.55));
    dashed(ctx, dash, pixel, left, at, left + width, at);
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

function dashed(
  ctx: CanvasRenderingContext2D,
  pattern: readonly number[],
  pixel: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): void {
  ctx.setLineDash(pattern.map((length) => length * pixel));
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
