import { SoftpromptError } from '../../../protocol/errors';
import type { ModelConfig } from '../checkpoint';
import type { LanguageModel } from '../languageModel';
import { buildLlama } from './llama';

/** One builder a family, by the architecture's name. */
const BUILDERS: Readonly<Record<string, (config: ModelConfig) => LanguageModel>> = {
  llama: buildLlama,
};

/** Throws model-unsupported for a family without builder. */
export function buildLanguageModel(config: ModelConfig): LanguageModel {
  const builder = BUILDERS[config.architecture];
  if (builder) return builder(config);
  throw new SoftpromptError(
    'model-unsupported',
    `Models of the ${config.architecture} family cannot be tuned yet.`,
    {
      hint: `Use a model of one of these families: ${Object.keys(BUILDERS).join(', ')}.`,
    },
  );
}
