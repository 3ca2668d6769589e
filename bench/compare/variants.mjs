// What bench/run.mjs compares, one line a variant. Ratios are to the first; the losses of all that are `exact` must agree.
export const VARIANTS = [
  { name: 'PEFT, stock', side: 'PyTorch', exact: true, argument: 'peft' },
  { name: 'PyTorch, gathered', side: 'PyTorch', exact: true, argument: 'gathered' },
  { name: 'PyTorch, gathered, bfloat16', side: 'PyTorch', exact: false, argument: 'gathered-bfloat16' },
  { name: 'Softprompt, float32', side: 'Softprompt', exact: true, argument: 'float32' },
];
