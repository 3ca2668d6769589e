/** Marks along an axis from `from` to `to`: round numbers, at most about `count`. */
export function linearTicks(from: number, to: number, count = 5): number[] {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9))!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step));
}

/** Marks of a logarithmic axis: 1, 2 and 5 of every power of ten within it. */
export function logarithmicTicks(from: number, to: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); 10 ** power <= to; power++) {
    for (const factor of [1, 2, 5]) {
      const tick = tidy(factor * 10 ** power);
      if (tick >= from && tick <= to) ticks.push(tick);
    }
  }
  return ticks;
}

/** Without what binary fractions leave behind the twelfth digit. */
const tidy = (value: number) => Number(value.toPrecision(12));
