import * as z from 'zod';
import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { RotaryTable } from './languageModel';
import { notYetError } from './refusals';

const positive = z.number().positive();
const factors = z.array(positive).max(2 ** 12);

/** What config.json says of rotary positions in `rope_parameters` (Transformers 5) or `rope_scaling` (4). */
export const rotaryParameters = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: positive.nullish(),
  partial_rotary_factor: positive.max(1).nullish(),
  factor: positive.nullish(),
  original_max_position_embeddings: positive.nullish(),
  attention_factor: positive.nullish(),
  low_freq_factor: positive.nullish(),
  high_freq_factor: positive.nullish(),
  beta_fast: positive.nullish(),
  beta_slow: positive.nullish(),
  mscale: z.number().nonnegative().nullish(),
  mscale_all_dim: z.number().nonnegative().nullish(),
  truncate: z.boolean().nullish(),
  short_factor: factors.nullish(),
  long_factor: factors.nullish(),
});

export type RotaryParameters = z.infer<typeof rotaryParameters>;

/** Rotary positions of some layers, whatever the format they were read from. */
export interface RotaryPositions extends RotaryParameters {
  rope_type: string;
  rope_theta: number;
  /** Values of a head that turn. */
  size: number;
  /** `max_position_embeddings`. */
  contextLength: number;
  /** What each frequency is divided by, where a file lists it (llama.cpp's `rope_freqs`). */
  divisors?: ArrayLike<number>;
}

type Rule = (positions: RotaryPositions, plain: Float64Array, need: Need) => RotaryTable;
/** A number that the kind of scaling cannot do without. Throws model-invalid that names it. */
type Need = (name: 'factor' | 'low_freq_factor' | 'high_freq_factor') => number;

/** Frequencies by `rope_type`, computed as Transformers' ROPE_INIT_FUNCTIONS do. */
const RULES: Readonly<Record<string, Rule>> = {
  default: (_, plain) => ({ frequencies: plain, scale: 1 }),

  linear: (_, plain, need) => ({ frequencies: plain.map((f) => f / need('factor')), scale: 1 }),

  // Changes the base only for sequences beyond the context, which are not made here.
  dynamic: (_, plain) => ({ frequencies: plain, scale: 1 }),

  // Slow turns are divided by the factor, quick ones stay, those between are blended (Llama 3.1).
  llama3(positions, plain, need) {
    const [low, high, factor] = [need('low_freq_factor'), need('high_freq_factor'), need('factor')];
    const original = originalLength(positions);
    const scaled = (frequency: number) => {
      const turns = (original * frequency) / (2 * Math.PI);
      const kept = clamp((turns - low) / (high - low));
      return (1 - kept) * (frequency / factor) + kept * frequency;
    };
    return { frequencies: plain.map(scaled), scale: 1 };
  },

  // YaRN (Peng et al., 2023): blended along the dimensions between two numbers of turns.
  yarn(positions, plain) {
    const { size, rope_theta: theta } = positions;
    const original = originalLength(positions);
    const factor = positions.factor ?? positions.contextLength / original;
    const dimensionOf = (turns: number) =>
      (size * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
    const round = positions.truncate ?? true;
    const first = dimensionOf(positions.beta_fast || 32);
    const last = dimensionOf(positions.beta_slow || 1);
    const from = Math.max(0, round ? Math.floor(first) : first);
    const to = Math.min(size - 1, round ? Math.ceil(last) : last);
    const blended = (frequency: number, i: number) => {
      const divided = clamp((i - from) / (to === from ? 0.001 : to - from));
      return divided * (frequency / factor) + (1 - divided) * frequency;
    };
    return { frequencies: plain.map(blended), scale: yarnScale(positions, factor) };
  },

  // LongRoPE (Ding et al., 2024) has one list of factors up to the original context and another beyond. Ours is always the first:
  // `contextLength` below is the original one, so that no sequence is longer.
  longrope(positions, plain) {
    const { short_factor, attention_factor, contextLength } = positions;
    const original = originalLength(positions);
    const factor = positions.factor ?? contextLength / original;
    const computed = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return {
      frequencies: plain.map((frequency, i) => frequency / (short_factor?.[i] ?? 1)),
      scale: attention_factor ?? computed,
    };
  },
};

/**
 * A model's rotary table, and the longest sequence it is for. Throws model-unsupported for kinds of scaling that are not
 * known, model-invalid where one lacks a number; both name `file`.
 */
export function rotaryTable(
  positions: RotaryPositions,
  file: string,
): RotaryTable & { contextLength: number } {
  const { rope_type: type, rope_theta: theta, size, divisors, short_factor } = positions;
  const rule = Object.hasOwn(RULES, type) ? RULES[type] : undefined;
  if (!rule) {
    throw notYetError(file, {
      reason: l10n`it has scaled rotary positions of a kind that is not known (rope_type ${type})`,
      hint: l10n`These are known: ${Object.keys(RULES).join(', ')}.`,
    });
  }
  const invalid = (what: string) =>
    new SoftpromptError('model-invalid', l10n`The model's rotary positions (rope_type ${type}) ${what}.`, {
      place: { file },
    });
  if (!Number.isInteger(size / 2) || size === 0)
    throw invalid(l10n`turn ${size} values of a head, not an even number`);
  for (const list of [divisors, type === 'longrope' ? (short_factor ?? []) : undefined]) {
    if (list && list.length !== size / 2)
      throw invalid(l10n`have ${list.length} factors for ${size / 2} frequencies`);
  }
  const plain = Float64Array.from(
    { length: size / 2 },
    (_, i) => theta ** ((-2 * i) / size) / (divisors?.[i] ?? 1),
  );
  const table = rule(positions, plain, (name) => {
    const value = positions[name];
    if (!value) throw invalid(l10n`lack ${name}`);
    return value;
  });
  const contextLength = type === 'longrope' ? originalLength(positions) : positions.contextLength;
  return { ...table, contextLength: Math.min(contextLength, positions.contextLength) };
}

function originalLength({ original_max_position_embeddings, contextLength }: RotaryPositions): number {
  return original_max_position_embeddings ?? contextLength;
}

function yarnScale({ attention_factor, mscale, mscale_all_dim }: RotaryPositions, factor: number): number {
  if (attention_factor) return attention_factor;
  const of = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  return mscale && mscale_all_dim ? of(mscale) / of(mscale_all_dim) : of(1);
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));
