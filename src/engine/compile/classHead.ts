import type { ClassHead, Readout } from '../prompt/tokenRow';

// A class head: logits = states · weightᵀ + bias. Small enough to need no session.

/** Values of a head for so many classes. */
export const headSize = (classes: number, hiddenSize: number): number => classes * (hiddenSize + 1);

/** Tuned parameters lie one behind the other: soft prompt, then the head's weight, then its bias. All are views. */
export function splitParameters(
  parameters: Float32Array,
  { classes, hiddenSize }: { classes: number; hiddenSize: number },
): { prompt: Float32Array; head: ClassHead } {
  const end = parameters.length - headSize(classes, hiddenSize);
  const bias = parameters.length - classes;
  return {
    prompt: parameters.subarray(0, end),
    head: { weight: parameters.subarray(end, bias), bias: parameters.subarray(bias) },
  };
}

/** All that is tuned, in its parts; `classes` undefined: there is no head among it. */
export function splitTuned(
  parameters: Float32Array,
  { hiddenSize }: { hiddenSize: number },
  classes: number | undefined,
): { prompt: Float32Array; head?: ClassHead } {
  return classes === undefined
    ? { prompt: parameters }
    : splitParameters(parameters, { classes, hiddenSize });
}

/** A head that gives the states as they are. */
export function identityHead(hiddenSize: number): ClassHead {
  const weight = new Float32Array(hiddenSize ** 2);
  for (let i = 0; i < hiddenSize; i++) weight[i * hiddenSize + i] = 1;
  return { weight, bias: new Float32Array(hiddenSize) };
}

export function joinParameters(prompt: Float32Array, { weight, bias }: ClassHead): Float32Array {
  const parameters = new Float32Array(prompt.length + weight.length + bias.length);
  parameters.set(prompt);
  parameters.set(weight, prompt.length);
  parameters.set(bias, prompt.length + weight.length);
  return parameters;
}

/** Logits of pooled states [readouts, hidden size]: [readouts, classes]. */
export function classLogits(states: Float32Array, { weight, bias }: ClassHead): Float32Array {
  const classes = bias.length;
  const width = weight.length / classes;
  const logits = new Float32Array((states.length / width) * classes);
  for (let i = 0; i < logits.length; i++) {
    const state = Math.floor(i / classes) * width;
    const row = (i % classes) * width;
    let sum = bias[i % classes]!;
    for (let k = 0; k < width; k++) sum += states[state + k]! * weight[row + k]!;
    logits[i] = sum;
  }
  return logits;
}

/**
 * Cross-entropy in nats of the readouts' targets, divided by `total`, and its gradient by the states; that by the head is added
 * to `sums`.
 */
export function classLoss(
  states: Float32Array,
  readouts: readonly Readout[],
  head: ClassHead,
  total: number,
  sums: ClassHead,
): { loss: number; gradient: Float32Array } {
  const classes = head.bias.length;
  const width = head.weight.length / classes;
  const logits = classLogits(states, head);
  const gradient = new Float32Array(states.length);
  let loss = 0;
  readouts.forEach(({ target }, readout) => {
    const own = logits.subarray(readout * classes, (readout + 1) * classes);
    const top = Math.max(...own);
    const norm = top + Math.log(own.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
    loss += (norm - own[target]!) / total;
    for (let c = 0; c < classes; c++) {
      const slope = (Math.exp(own[c]! - norm) - (c === target ? 1 : 0)) / total;
      sums.bias[c]! += slope;
      for (let k = 0; k < width; k++) {
        sums.weight[c * width + k]! += slope * states[readout * width + k]!;
        gradient[readout * width + k]! += slope * head.weight[c * width + k]!;
      }
    }
  });
  return { loss, gradient };
}
