/** A word to token ids. */
export type WordModel = (word: string) => number[];
