import protobuf from 'protobufjs';
import * as z from 'zod';
import { l10n } from '../../../protocol/l10n';
import type { GgufVocabulary } from '../gguf/vocabulary';
import { DescriptionError } from './descriptionError';

// A SentencePiece model file: https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto, with the fields
// that are read here. Others are skipped, as protobuf defines.

export const SENTENCEPIECE_LIMITS = { bytes: 2 ** 26, pieces: 2 ** 20 } as const;

const field = (id: number, type: string, rule?: 'repeated') => ({ id, type, ...(rule ? { rule } : {}) });

const schema = protobuf.Root.fromJSON({
  nested: {
    SentencePiece: {
      fields: { piece: field(1, 'string'), score: field(2, 'float'), type: field(3, 'int32') },
    },
    TrainerSpec: { fields: { modelType: field(3, 'int32') } },
    NormalizerSpec: {
      fields: {
        precompiledCharsmap: field(2, 'bytes'),
        addDummyPrefix: field(3, 'bool'),
        removeExtraWhitespaces: field(4, 'bool'),
      },
    },
    ModelProto: {
      fields: {
        pieces: field(1, 'SentencePiece', 'repeated'),
        trainerSpec: field(2, 'TrainerSpec'),
        normalizerSpec: field(3, 'NormalizerSpec'),
      },
    },
  },
});

const NORMAL_TYPE = 1;
const UNKNOWN_TYPE = 2;
export const UNIGRAM = 1;

// What is absent has the default of the format.
const modelSchema = z.object({
  pieces: z
    .array(z.object({ piece: z.string(), score: z.number().default(0), type: z.int().default(NORMAL_TYPE) }))
    .min(1)
    .max(SENTENCEPIECE_LIMITS.pieces),
  trainerSpec: z.object({ modelType: z.int().default(UNIGRAM) }).default({ modelType: UNIGRAM }),
  normalizerSpec: z
    .object({
      precompiledCharsmap: z.instanceof(Uint8Array).optional(),
      addDummyPrefix: z.boolean().default(true),
      removeExtraWhitespaces: z.boolean().default(true),
    })
    .default({ addDummyPrefix: true, removeExtraWhitespaces: true }),
});

export interface SentencePieceFile {
  /** 1 for unigrams. */
  modelType: number;
  vocabulary: GgufVocabulary;
  unknown: number;
  spacePrefix: boolean;
  removeExtraSpaces: boolean;
  characterMap?: Uint8Array;
}

/** Reads a SentencePiece model. Throws DescriptionError or ZodError. */
export function readSentencePiece(bytes: Uint8Array): SentencePieceFile {
  if (bytes.length > SENTENCEPIECE_LIMITS.bytes) {
    throw new DescriptionError(l10n`it has ${bytes.length} bytes, more than ${SENTENCEPIECE_LIMITS.bytes}`);
  }
  let message: unknown;
  try {
    const ModelProto = schema.lookupType('ModelProto');
    message = ModelProto.toObject(ModelProto.decode(bytes));
  } catch (error) {
    throw new DescriptionError(l10n`it is no SentencePiece model: ${(error as Error).message}`);
  }
  const { pieces, trainerSpec, normalizerSpec } = modelSchema.parse(message);
  const unknown = pieces.findIndex(({ type }) => type === UNKNOWN_TYPE);
  if (unknown < 0) throw new DescriptionError(l10n`its SentencePiece model has no unknown token`);
  return {
    modelType: trainerSpec.modelType,
    vocabulary: {
      tokens: pieces.map(({ piece }) => piece),
      scores: pieces.map(({ score }) => score),
      types: pieces.map(({ type }) => type),
    },
    unknown,
    spacePrefix: normalizerSpec.addDummyPrefix,
    removeExtraSpaces: normalizerSpec.removeExtraWhitespaces,
    characterMap: normalizerSpec.precompiledCharsmap,
  };
}
