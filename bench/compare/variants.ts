/** One way to do a step. */
export interface Variant {
  name: string;
  side: 'PyTorch' | 'Softprompt';
  /** What the side's program is told: the kind of PyTorch, or our precision. */
  argument: string;
  /** Its losses must agree with those of the other exact ones. */
  exact: boolean;
  /** The virtual tokens stand behind the text, whose keys and values are computed once. Another prompt, and so another loss. */
  frozen?: true;
}

/** What is compared, one line a variant. */
export const VARIANTS: readonly Variant[] = [
  { name: 'PEFT, stock', side: 'PyTorch', argument: 'peft', exact: true },
  { name: 'PyTorch, gathered', side: 'PyTorch', argument: 'gathered', exact: true },
  { name: 'PyTorch, gathered, bfloat16', side: 'PyTorch', argument: 'gathered-bfloat16', exact: false },
  { name: 'Softprompt, float32', side: 'Softprompt', argument: 'float32', exact: true },
  { name: 'Softprompt, int8', side: 'Softprompt', argument: 'int8', exact: false },
  { name: 'Softprompt, int8, frozen', side: 'Softprompt', argument: 'int8', exact: false, frozen: true },
];

export const STOCK = VARIANTS[0]!;

/** Variants by their name, or a part of it; several, divided by "|". All where nothing is given. */
export function chooseVariants(only = ''): readonly Variant[] {
  const chosen = only
    .split('|')
    .flatMap((word) =>
      VARIANTS.some(({ name }) => name === word)
        ? VARIANTS.filter(({ name }) => name === word)
        : VARIANTS.filter(({ name }) => name.includes(word)),
    );
  return VARIANTS.filter((variant) => chosen.includes(variant));
}
