import { difference, differing, type Measure, relativeNorm } from './measure';

/**
 * Logits behind the last token of each decoder row, the gradient of the prompt before the encoder's rows over the whole vocabulary,
 * 16 greedy tokens.
 */
export const measureEncoderDecoder: Measure = async (model, expected, arrays) => {
  const { rows, decoderRows, targets, greedy } = expected;
  const prompt = arrays.prompt!.data;
  const batch = {
    rows: rows.map((row, i) => ({ tokens: Int32Array.from(row), answer: Int32Array.from(decoderRows![i]!) })),
    readouts: decoderRows!.map(({ length }, row) => ({ row, position: length - 1, target: targets[row]! })),
  };
  const prefix = await model.prefix(prompt);
  const logits = difference(await model.logits(batch, 'all', prefix), arrays.logits!.data);
  const plain = difference(await model.logits(batch, 'all', null), arrays.plain!.data);
  const { loss, gradient } = await model.gradient(prompt, [batch], 'all');
  // Alone a row is not padded, and answers as it does among others.
  const options = { maxTokens: greedy!.length, stop: [] };
  const texts = batch.rows.map(({ tokens }) => tokens);
  const together = await model.generate(texts, prefix, options);
  const alone = await model.generate(texts.slice(0, 1), prefix, options);
  return {
    logits: Math.max(logits, plain, Math.abs(loss - arrays.loss!.data[0]!)),
    gradient: relativeNorm(gradient, arrays.gradient!.data),
    generation: differing(together[0]!, greedy!) + differing(alone[0]!, greedy!),
  };
};
