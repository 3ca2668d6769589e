import { SoftpromptError } from '../../protocol/errors';
import { l10n } from '../../protocol/l10n';
import type { RunRecord } from '../../protocol/runs';
import { encodeAnswer, type Tokenizer } from '../models/tokenizer';

/** What stands for a class, in one token and in full. */
export interface LabelWord {
  label: string;
  /** The token whose probability stands for the class; no other class has it. */
  token: number;
  /** `token` as people read it. */
  word: string;
  /** The whole label as it is written after the prompt, and its tokens. */
  text: string;
  tokens: number[];
  /** Whether `token` is a word of the label, or a letter or number that stands in for it. */
  origin: 'label' | 'letter';
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LARGEST_NUMBER = 999;

/**
 * Label words for the classes. In order, each class takes
 * 1. the first token of its label that is in no other label (`card_arrival`, `card_linking`: " arrival", " linking"),
 * 2. the first token of its label that no other class took,
 * 3. a letter, then a number, that no label has.
 *
 * `given` are the user's own words, one for each class; they are taken whole for whole-label scoring, and for one token
 * by the same rule. `separator` is the template's: what stands between the prompt and the answer.
 *
 * @throws SoftpromptError `task-invalid` for a class without word, or two with the same.
 */
export function chooseLabelWords(
  labels: readonly string[],
  tokenizer: Tokenizer,
  options: { given?: Readonly<Record<string, string>>; separator?: ' ' | '' } = {},
): LabelWord[] {
  const separator = options.separator ?? ' ';
  const texts = labelTexts(labels, options.given).map((text) => separator + text);
  const sequences = texts.map((text) => encodeAnswer(tokenizer, text));
  const candidates = sequences.map((tokens) => wordTokens(tokens, tokenizer));

  const chosen = new Map<number, number>();
  const taken = new Set<number>();
  const take = (label: number, token: number | undefined) => {
    if (token === undefined) return;
    chosen.set(label, token);
    taken.add(token);
  };

  const labelsWith = new Map<number, number>();
  for (const tokens of candidates) for (const id of tokens) labelsWith.set(id, (labelsWith.get(id) ?? 0) + 1);
  for (const [label, tokens] of candidates.entries())
    take(
      label,
      tokens.find((id) => labelsWith.get(id) === 1),
    );

  const free = (label: number) => candidates[label]!.filter((id) => !taken.has(id));
  const open = new Set([...labels.keys()].filter((label) => !chosen.has(label)));
  while (open.size > 0) {
    // The class with the fewest words left to choose from goes first.
    const next = [...open].reduce((a, b) => (free(b).length < free(a).length ? b : a));
    open.delete(next);
    take(next, free(next)[0]);
  }

  const standIns = singleTokens(tokenizer, separator, new Set(candidates.flat()));
  return labels.map((label, i) => {
    const token = chosen.get(i) ?? standIns.next().value;
    if (token === undefined) {
      throw new SoftpromptError(
        'task-invalid',
        l10n`There is no word left that could stand for the class "${label}".`,
        {
          hint: l10n`Set "score": "whole-label" in the target, or give label words.`,
        },
      );
    }
    return {
      label,
      token,
      word: tokenizer.word(token),
      text: texts[i]!,
      tokens: sequences[i]!,
      origin: chosen.has(i) ? 'label' : 'letter',
    };
  });
}

/** For a class head, which needs no words: the labels as texts, whose likeness to a row it starts from. */
export function labelsAsTexts(
  labels: readonly string[],
  tokenizer: Tokenizer,
  given?: Readonly<Record<string, string>>,
): LabelWord[] {
  return labelTexts(labels, given).map((text, i) => {
    const tokens = tokenizer.encode(text);
    return { label: labels[i]!, token: tokens[0] ?? 0, word: text, text, tokens, origin: 'label' };
  });
}

/** The label words of a task for this kind of model. */
export function taskLabels(
  labels: readonly string[],
  tokenizer: Tokenizer,
  { given, separator }: { given?: Readonly<Record<string, string>>; separator: ' ' | '' },
): LabelWord[] {
  return tokenizer.kind === 'encoder'
    ? labelsAsTexts(labels, tokenizer, given)
    : chooseLabelWords(labels, tokenizer, { given, separator });
}

/** A label as words: `card_arrival` → `card arrival`, `rec.autos` → `rec autos`; `-1`, `3.5`, `U.S.` stay as they are. */
export function readableLabel(label: string): string {
  return label
    .replace(/_+/g, ' ')
    .replace(/(?<=\p{L}{2})[-./]+(?=\p{L}{2})/gu, ' ')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/\s+/g, ' ')
    .trim();
}

/** As run.json keeps them: what is scored for each class. */
export function recordLabelWords(
  words: readonly LabelWord[],
  score: 'first-token' | 'whole-label',
): NonNullable<RunRecord['labelWords']> {
  return words.map(({ label, word, token, text, tokens }) =>
    score === 'first-token' ? { label, word, tokens: [token] } : { label, word: text, tokens },
  );
}

function labelTexts(
  labels: readonly string[],
  given: Readonly<Record<string, string>> | undefined,
): string[] {
  if (!given) {
    const texts = labels.map((label) => readableLabel(label) || label);
    // Labels that differ in their separators alone keep them.
    return texts.map((text, i) => (texts.indexOf(text) === texts.lastIndexOf(text) ? text : labels[i]!));
  }
  const owners = new Map<string, string>();
  return labels.map((label) => {
    const text = Object.hasOwn(given, label) ? given[label]!.trim() : '';
    if (text === '') {
      throw new SoftpromptError('task-invalid', l10n`The class "${label}" has no label word.`, {
        hint: l10n`Give every class a word in "words", or leave "words" out to have them chosen.`,
      });
    }
    const owner = owners.get(text);
    if (owner !== undefined) {
      throw new SoftpromptError(
        'task-invalid',
        l10n`The classes "${owner}" and "${label}" have the same word "${text}".`,
        {
          hint: l10n`Give each class a word of its own.`,
        },
      );
    }
    owners.set(text, label);
    return text;
  });
}

/** The tokens that could stand for a label: those with a letter or digit; in a label of signs alone, any visible one. */
function wordTokens(tokens: readonly number[], tokenizer: Tokenizer): number[] {
  const visible = [...new Set(tokens)].filter((id) => tokenizer.word(id).trim() !== '');
  const words = visible.filter((id) => /[\p{L}\p{N}]/u.test(tokenizer.word(id)));
  return words.length > 0 ? words : visible;
}

/** Letters, then numbers, that are one token and in no label. */
function* singleTokens(
  tokenizer: Tokenizer,
  separator: string,
  taken: ReadonlySet<number>,
): Generator<number, undefined> {
  const numbers = Array.from({ length: LARGEST_NUMBER }, (_, i) => String(i + 1));
  const given = new Set<number>();
  for (const text of [...LETTERS, ...numbers]) {
    const ids = encodeAnswer(tokenizer, separator + text).filter((id) => tokenizer.word(id).trim() !== '');
    const id = ids[0];
    if (ids.length !== 1 || id === undefined || taken.has(id) || given.has(id)) continue;
    given.add(id);
    yield id;
  }
  return undefined;
}
