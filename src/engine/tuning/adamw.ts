/** Constants of AdamW; the defaults of torch.optim.AdamW but for the weight decay, which a task sets. */
export interface AdamWSettings {
  weightDecay: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

export const ADAMW_DEFAULTS: AdamWSettings = { weightDecay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export interface AdamWState {
  /** Updates made so far. */
  step: number;
  /** Running mean of the gradient. */
  mean: Float32Array;
  /** Running mean of the squared gradient. */
  meanSquare: Float32Array;
}

export function startAdamW(size: number): AdamWState {
  return { step: 0, mean: new Float32Array(size), meanSquare: new Float32Array(size) };
}

/**
 * One update of `parameters`, in place: AdamW (Loshchilov and Hutter, 2019), in the order of operations and the float32
 * arithmetic of torch.optim.AdamW, so that curves can be laid one over the other.
 */
export function updateAdamW(
  parameters: Float32Array,
  gradient: Float32Array,
  state: AdamWState,
  learningRate: number,
  settings: AdamWSettings,
): void {
  const { mean, meanSquare } = state;
  const { weightDecay, epsilon } = settings;
  state.step += 1;
  const kept = Math.fround(1 - learningRate * weightDecay);
  const meanGain = Math.fround(1 - settings.beta1);
  const squareDecay = Math.fround(settings.beta2);
  const squareGain = Math.fround(1 - settings.beta2);
  const stepSize = Math.fround(learningRate / (1 - settings.beta1 ** state.step));
  const correction = Math.fround(Math.sqrt(1 - settings.beta2 ** state.step));
  // Storing in a Float32Array rounds; only what torch rounds in between is rounded by hand.
  for (let i = 0; i < parameters.length; i++) {
    const slope = gradient[i]!;
    mean[i] = mean[i]! + meanGain * Math.fround(slope - mean[i]!);
    meanSquare[i] = Math.fround(meanSquare[i]! * squareDecay) + Math.fround(squareGain * slope) * slope;
    const spread = Math.fround(Math.fround(Math.fround(Math.sqrt(meanSquare[i]!)) / correction) + epsilon);
    parameters[i] = Math.fround(parameters[i]! * kept) - Math.fround(stepSize * mean[i]!) / spread;
  }
}

/**
 * Scales the gradient down, in place, where its norm is above `longest`, as torch.nn.utils.clip_grad_norm_ does.
 * Returns the norm before.
 */
export function clipNorm(gradient: Float32Array, longest: number): number {
  let sum = 0;
  for (const slope of gradient) sum += slope * slope;
  const norm = Math.fround(Math.sqrt(sum));
  const scale = Math.fround(longest / (norm + 1e-6));
  if (scale < 1) for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! * scale;
  return norm;
}
