/** Places that are put in order at a time, and places that are merged at a time: some milliseconds each. */
const RUN = 8_192;
const PIECE = 32_768;

/**
 * The places 0 to `count` less one in the order that `compare` gives, which must never be 0. Between two pieces of the work
 * others get their turn; `onProgress` hears the share that is done and says whether to go on. Undefined if not.
 */
export async function sortInPieces(
  count: number,
  compare: (a: number, b: number) => number,
  onProgress: (share: number) => boolean,
): Promise<Uint32Array | undefined> {
  let from = new Uint32Array(count);
  for (let place = 0; place < count; place++) from[place] = place;
  let to = new Uint32Array(count);
  const passes = 1 + Math.max(0, Math.ceil(Math.log2(count / RUN)));
  let done = 0;
  const goOn = async (places: number): Promise<boolean> => {
    done += places;
    await new Promise(setImmediate);
    return onProgress(Math.min(1, done / (passes * count)));
  };

  for (let start = 0; start < count; start += RUN) {
    const run = from.subarray(start, start + RUN).sort(compare);
    if (!(await goOn(run.length))) return undefined;
  }
  for (let width = RUN; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(middle + width, count);
      let left = start;
      let right = middle;
      for (let out = start; out < end; ) {
        const pause = Math.min(out + PIECE, end);
        const merged = pause - out;
        for (; out < pause; out++) {
          const takeLeft = right === end || (left < middle && compare(from[left]!, from[right]!) < 0);
          to[out] = takeLeft ? from[left++]! : from[right++]!;
        }
        if (!(await goOn(merged))) return undefined;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
