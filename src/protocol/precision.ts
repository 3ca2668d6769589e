/** In what numbers a model computes: `float32` is the reference, `int8` the fast way. */
export const PRECISIONS = ['float32', 'int8'] as const;

export type Precision = (typeof PRECISIONS)[number];

/** What a task can ask for: `auto` measures which of them is faster. */
export const PRECISION_WISHES = ['auto', ...PRECISIONS] as const;

export type PrecisionWish = (typeof PRECISION_WISHES)[number];
