/** Points of one line; x rises. */
export interface Series {
  x: number[];
  y: number[];
}

/** Lines over one common x axis, as charts take them; null where a line has no point. */
export interface Aligned {
  x: number[];
  columns: (number | null)[][];
}

export function align(all: readonly Series[]): Aligned {
  const x = [...new Set(all.flatMap((series) => series.x))].sort((a, b) => a - b);
  const columns = all.map((series) => {
    let next = 0;
    return x.map((at) => {
      while (next < series.x.length && series.x[next]! < at) next++;
      return series.x[next] === at ? series.y[next]! : null;
    });
  });
  return { x, columns };
}
