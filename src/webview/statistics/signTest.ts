/** Two-sided: probability of a split at least this uneven if each of the rows were a fair coin. */
export function signTest(a: number, b: number): number {
  const n = a + b;
  const fewer = Math.min(a, b);
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= fewer; k++) {
    logTerm += Math.log((n - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
