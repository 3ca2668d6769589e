import { l10n } from '../../../protocol/l10n';
import type { ModelConfig } from '../modelConfig';
import type { FileTensors } from './family';
import { contradictorySettings } from './settings';

/** Throws model-invalid where the tokens that a model begins with, or never writes, are not in its vocabulary. */
export function checkAnswerTokens(config: ModelConfig, tensors: Pick<FileTensors, 'file'>): void {
  const { vocabularySize, decoderStart = 0, neverWritten = [] } = config;
  const outside = [decoderStart, ...neverWritten].find((token) => token >= vocabularySize);
  if (outside === undefined) return;
  throw contradictorySettings(tensors, l10n`the token ${outside} in a vocabulary of ${vocabularySize}`);
}
