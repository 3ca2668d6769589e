import { colourOf } from '../plot/colours';
import { drawPanels } from '../plot/panels';
import { straightLine } from './statistics';
import { VARIANTS } from './variants';

/** What a step is measured with. */
export interface StepShape {
  rows: number;
  /** Of each row. */
  tokens: number;
  virtualTokens: number;
  /** All of the model's unless told. */
  layers?: number;
}

export type Dimension = keyof Required<StepShape>;

/** What grows, and what all else is meanwhile. `values`: of a model with so many layers. */
export const DIMENSIONS: Readonly<
  Record<Dimension, { title: string; usual: StepShape; values: (layers: number) => number[] }>
> = {
  rows: {
    title: 'rows a step',
    usual: { rows: 16, tokens: 32, virtualTokens: 20 },
    values: () => [4, 8, 16, 32, 64],
  },
  tokens: {
    title: 'tokens a row',
    usual: { rows: 2, tokens: 32, virtualTokens: 20 },
    values: () => [50, 100, 200, 500, 1000, 2000],
  },
  virtualTokens: {
    title: 'virtual tokens',
    usual: { rows: 16, tokens: 32, virtualTokens: 20 },
    values: () => [5, 10, 20, 50, 100, 200],
  },
  layers: {
    title: 'layers',
    usual: { rows: 16, tokens: 32, virtualTokens: 20 },
    values: (layers) => [1, 2, 3, 4, 5].map((fifths) => Math.max(1, Math.round((fifths * layers) / 5))),
  },
};

/** A variant's cost along one dimension. */
export interface Growth {
  dimension: Dimension;
  variant: string;
  /** The shortest time of a step; megabytes up to then. */
  points: { value: number; seconds: number; peak: number }[];
  /** Why it was not measured further. */
  ended?: string;
}

/** What was measured before, and newer in its place, in the order of dimensions and variants. */
export function joinGrowths(older: readonly Growth[], newer: readonly Growth[]): Growth[] {
  const same = (a: Growth, dimension: string, variant: string) =>
    a.dimension === dimension && a.variant === variant;
  return Object.keys(DIMENSIONS).flatMap((dimension) =>
    VARIANTS.flatMap(({ name }) => {
      const found = [...newer, ...older].find((growth) => same(growth, dimension, name));
      return found ? [found] : [];
    }),
  );
}

const pairs = ({ points }: Growth) => points.map(({ value, seconds }) => [value, seconds] as const);

/** The straight line of each growth, in milliseconds. */
export function growthTable(growths: readonly Growth[]): string[][] {
  const lines = growths
    .filter(({ points }) => points.length > 2)
    .map((growth) => {
      const { slope, intercept, rSquared } = straightLine(pairs(growth));
      const milliseconds = (seconds: number) => (1000 * seconds).toFixed(1);
      return [
        `${growth.variant}, ${DIMENSIONS[growth.dimension].title}`,
        milliseconds(intercept),
        milliseconds(slope),
        rSquared.toFixed(4),
      ];
    });
  return [['', 'at 0, ms', 'each, ms', 'R²'], ...lines];
}

/** A panel a dimension: points, and thin their straight lines. */
export function growthPicture(growths: readonly Growth[]): string {
  const dimensions = (Object.keys(DIMENSIONS) as Dimension[]).filter((dimension) =>
    growths.some((growth) => growth.dimension === dimension),
  );
  const panels = dimensions.map((dimension) => {
    const shown = growths.filter((growth) => growth.dimension === dimension && growth.points.length > 0);
    const { title } = DIMENSIONS[dimension];
    const longest = Math.max(...shown.flatMap(({ points }) => points.map(({ seconds }) => seconds)));
    const widest = Math.max(...shown.flatMap(({ points }) => points.map(({ value }) => value)));
    return {
      title: `A step by ${title}`,
      x: { title, range: [0, widest] as const },
      y: { title: 'seconds', range: [0, longest * 1.05] as const },
      curves: shown.flatMap((growth) => {
        const colour = colourOf(VARIANTS.findIndex(({ name }) => name === growth.variant));
        const points = pairs(growth);
        if (points.length < 2) return [{ points, colour, dots: true }];
        const { slope, intercept } = straightLine(points);
        const ends = [points[0]![0], points.at(-1)![0]];
        const line = ends.map((value) => [value, Math.max(0, intercept + slope * value)] as const);
        return [
          { points: line, colour },
          { points, colour, dots: true },
        ];
      }),
    };
  });
  const legend = VARIANTS.map(({ name }, i) => ({ name, colour: colourOf(i) })).filter(({ name }) =>
    growths.some(({ variant, points }) => variant === name && points.length > 0),
  );
  return drawPanels(panels, legend);
}
