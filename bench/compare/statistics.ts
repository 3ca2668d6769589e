export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that this share of them, 0 to 1, lies below: 0 is the least, 0.5 about the median. */
export function atShare(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** The straight line through points that is nearest to them (least squares), and what part of their spread it explains. */
export function straightLine(points: readonly (readonly [number, number])[]): {
  slope: number;
  intercept: number;
  rSquared: number;
} {
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const sumOver = (term: (x: number, y: number) => number) =>
    sum(points.map(([x, y]) => term(x - meanX, y - meanY)));
  const slope = sumOver((x, y) => x * y) / sumOver((x) => x * x);
  const rest = sumOver((x, y) => (y - slope * x) ** 2);
  const spread = sumOver((_, y) => y * y);
  // Points on a level line have no spread to explain.
  return { slope, intercept: meanY - slope * meanX, rSquared: spread === 0 ? 1 : 1 - rest / spread };
}
