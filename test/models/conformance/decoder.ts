import { difference, differing, type Measure, relativeNorm } from './measure';

/** Logits at the last token of each row, the gradient of the prompt over the whole vocabulary, 16 greedy tokens. */
export const measureDecoder: Measure = async (model, { rows, targets, greedy }, arrays) => {
  const prompt = arrays.prompt!.data;
  const tokens = rows.map((row) => Int32Array.from(row));
  const batch = {
    rows: tokens.map((row) => ({ tokens: row })),
    readouts: tokens.map((row, i) => ({ row: i, position: row.length - 1, target: targets[i]! })),
  };
  const prefix = await model.prefix(prompt);
  const logits = difference(await model.logits(batch, 'all', prefix), arrays.logits!.data);
  const plain = difference(await model.logits(batch, 'all', null), arrays.plain!.data);
  const { loss, gradient } = await model.gradient(prompt, [batch], 'all');
  // As far as the context reaches: the last token of one model would be a step beyond.
  const room = model.config.contextLength - prefix.length - tokens[0]!.length + 1;
  const continued = greedy!.slice(0, room);
  const options = { maxTokens: continued.length, stop: [] };
  const [answer] = await model.generate(tokens.slice(0, 1), prefix, options);
  return {
    logits: Math.max(logits, plain, Math.abs(loss - arrays.loss!.data[0]!)),
    gradient: relativeNorm(gradient, arrays.gradient!.data),
    generation: differing(answer!, continued),
  };
};
