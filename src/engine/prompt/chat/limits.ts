/** What a chat template may cost at most: it comes with the model, and is a program. */
export const CHAT_LIMITS = {
  /** Characters of a template; the longest known ones have some 30,000. */
  template: 2 ** 18,
  /** Parts of the template that are evaluated for one conversation. */
  steps: 200_000,
  /** Characters of a text, and elements of a list, that it makes on the way. */
  characters: 2 ** 22,
  elements: 2 ** 16,
  milliseconds: 2_000,
} as const;
