import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import { bartArchitecture, bartSchema } from './bart';
import type { Family } from './family';
import { count, parseSettings, unsupportedSetting } from './settings';

/** Marian's translation models (Junczys-Dowmunt et al., 2018): as BART, with computed positions and plain embeddings. */
export const marian: Family = {
  modelTypes: ['marian'],
  ggufArchitectures: [],
  fromConfig(json, tensors) {
    const settings = parseSettings(schema, json, tensors);
    const { vocab_size, decoder_vocab_size, max_position_embeddings: count } = settings;
    if (
      settings.share_encoder_decoder_embeddings === false ||
      (decoder_vocab_size ?? vocab_size) !== vocab_size
    ) {
      throw unsupportedSetting(tensors, l10n`two vocabularies (share_encoder_decoder_embeddings)`);
    }
    const pad = settings.pad_token_id ?? vocab_size - 1;
    return bartArchitecture(settings, tensors, {
      positions: { kind: 'sinusoidal', count },
      embeddingNorm: false,
      decoderStart: settings.decoder_start_token_id ?? pad,
      // Its vector is zero, and so is its logit, where those of real words are negative.
      neverWritten: [pad],
    });
  },
};

const schema = bartSchema.extend({
  model_type: z.literal('marian'),
  decoder_vocab_size: count.nullish(),
  share_encoder_decoder_embeddings: z.boolean().optional(),
  pad_token_id: z.int().nonnegative().nullish(),
});
