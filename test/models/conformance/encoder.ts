import { identityHead, joinParameters } from '../../../src/engine/compile/classHead';
import { difference, type Measure, relativeNorm } from './measure';

/** Logits at each row's mask, and the gradient of the prompt over the whole vocabulary. */
export const measureMasked: Measure = async (model, { rows, targets, positions }, arrays) => {
  const prompt = arrays.prompt!.data;
  const batch = {
    rows: rows.map((row) => ({ tokens: Int32Array.from(row) })),
    readouts: rows.map((_, i) => ({ row: i, position: positions![i]!, target: targets[i]! })),
  };
  const logits = await model.logits(batch, 'all', await model.prefix(prompt));
  const plain = await model.logits(batch, 'all', null);
  const { loss, gradient } = await model.gradient(prompt, [batch], 'all');
  return {
    logits: Math.max(
      difference(logits, arrays.logits!.data),
      difference(plain, arrays.plain!.data),
      Math.abs(loss - arrays.loss!.data[0]!),
    ),
    gradient: relativeNorm(gradient, arrays.gradient!.data),
  };
};

/** Pooled states and a class head's logits on them; the gradients of prompt, head weight and head bias, each by itself. */
export const measureEncoder: Measure = async (model, { rows, targets }, arrays) => {
  const prompt = arrays.prompt!.data;
  const head = { weight: arrays.headWeight!.data, bias: arrays.headBias!.data };
  const classes = head.bias.length;
  const batch = {
    rows: rows.map((row) => ({ tokens: Int32Array.from(row) })),
    readouts: rows.map((_, row) => ({ row, position: 0, target: targets[row]! })),
  };
  const prefix = await model.prefix(prompt);
  const states = identityHead(model.config.hiddenSize);
  const { loss, gradient } = await model.gradient(joinParameters(prompt, head), [batch], { classes });
  const [weightAt, biasAt] = [prompt.length, prompt.length + head.weight.length];
  return {
    logits: Math.max(
      difference(await model.logits(batch, head, prefix), arrays.logits!.data),
      difference(await model.logits(batch, states, prefix), arrays.mean!.data),
      difference(await model.logits(batch, states, null), arrays.plain!.data),
      Math.abs(loss - arrays.loss!.data[0]!),
    ),
    gradient: Math.max(
      relativeNorm(gradient.subarray(0, weightAt), arrays.gradient!.data),
      relativeNorm(gradient.subarray(weightAt, biasAt), arrays.gradientHeadWeight!.data),
      relativeNorm(gradient.subarray(biasAt), arrays.gradientHeadBias!.data),
    ),
  };
};
