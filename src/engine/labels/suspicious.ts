/** A row as a model answered it that had not learned it. */
export interface ForeignAnswer {
  given: string;
  probabilities: Readonly<Record<string, number>>;
}

export interface Suspicion {
  /** Which answer. */
  index: number;
  predicted: string;
  confidence: number;
  givenConfidence: number;
}

/** A class with fewer rows is not learned well enough to be judged by. */
const FEWEST_ROWS = 3;

/**
 * The labels that a model contradicts with confidence (confident learning: Northcutt, Jiang and Chuang, 2021). How sure a model is
 * of a class where that is the label is its threshold: a row is suspicious where another class reaches its own threshold
 * and is likelier than the label. The largest difference first.
 */
export function suspiciousLabels(answers: readonly ForeignAnswer[]): Suspicion[] {
  const thresholds = selfConfidence(answers);
  const found = answers.flatMap(({ given, probabilities }, index): Suspicion[] => {
    const givenConfidence = probabilities[given] ?? 0;
    if (!thresholds.has(given)) return [];
    const others = Object.entries(probabilities).filter(
      ([label, probability]) =>
        label !== given &&
        probability > givenConfidence &&
        probability >= (thresholds.get(label) ?? Number.POSITIVE_INFINITY),
    );
    const [best] = others.sort(([, a], [, b]) => b - a);
    // Probabilities come from logarithms, and may be a hair above 1.
    return best ? [{ index, predicted: best[0], confidence: Math.min(1, best[1]), givenConfidence }] : [];
  });
  return found.sort((a, b) => b.confidence - b.givenConfidence - (a.confidence - a.givenConfidence));
}

/** By class, the mean probability of it over the rows that are labelled so. */
function selfConfidence(answers: readonly ForeignAnswer[]): Map<string, number> {
  const sums = new Map<string, { sum: number; rows: number }>();
  for (const { given, probabilities } of answers) {
    const { sum, rows } = sums.get(given) ?? { sum: 0, rows: 0 };
    sums.set(given, { sum: sum + (probabilities[given] ?? 0), rows: rows + 1 });
  }
  const learned = [...sums].filter(([, { rows }]) => rows >= FEWEST_ROWS);
  return new Map(learned.map(([label, { sum, rows }]) => [label, sum / rows]));
}
