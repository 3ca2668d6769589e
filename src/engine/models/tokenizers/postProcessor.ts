import * as z from 'zod';

/** The markers that go around a text. */
export interface Markers {
  before: number[];
  after: number[];
}

const piece = z.union([
  z.object({ SpecialToken: z.object({ id: z.string() }) }),
  z.object({ Sequence: z.object({ id: z.string() }) }),
]);
const marker = z.tuple([z.string(), z.int().min(0)]);

/** The steps of tokenizer.json that put markers around a text. `ByteLevel` only moves offsets. */
const stepSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('TemplateProcessing'),
    single: z.array(piece),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int().min(0)) })),
  }),
  z.object({ type: z.literal('BertProcessing'), cls: marker, sep: marker }),
  z.object({ type: z.literal('RobertaProcessing'), cls: marker, sep: marker }),
  z.object({ type: z.literal('ByteLevel') }),
  z.object({ type: z.literal('Sequence'), processors: z.array(z.unknown()) }),
]);

/** What a post-processor puts around a single text; throws ZodError if it is of no known form. */
export function markersOf(postProcessor: unknown): Markers {
  if (postProcessor === null || postProcessor === undefined) return { before: [], after: [] };
  const step = stepSchema.parse(postProcessor);
  if (step.type === 'ByteLevel') return { before: [], after: [] };
  if (step.type === 'Sequence') {
    // Each step wraps what the one before it made.
    return step.processors.map(markersOf).reduce(
      (inner, outer) => ({
        before: [...outer.before, ...inner.before],
        after: [...inner.after, ...outer.after],
      }),
      { before: [], after: [] },
    );
  }
  if (step.type !== 'TemplateProcessing') return { before: [step.cls[1]], after: [step.sep[1]] };
  const markers: Markers = { before: [], after: [] };
  let side = markers.before;
  for (const part of step.single) {
    if ('Sequence' in part) side = markers.after;
    else side.push(...(step.special_tokens[part.SpecialToken.id]?.ids ?? []));
  }
  return markers;
}
