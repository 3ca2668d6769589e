import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { cutShort, type GgufTensor } from '../gguf/header';
import { type GgufParts, openGgufParts } from '../gguf/parts';
import { ELEMENT_TYPES, elementTypeName } from '../gguf/quantisation';
import { refusalOfGguf } from '../refusals';
import { addTo, type ModelDescription, mostOf, obstacleOf, product, refused } from './description';
import { kindOfGguf } from './kindOf';

/** Settings have short lists; vocabularies are passed over. */
const LONGEST_LIST = 4096;

/** `general.file_type` → its name: https://github.com/ggml-org/llama.cpp, include/llama.h, llama_ftype. */
const FILE_TYPES: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  7: 'Q8_0',
  8: 'Q5_0',
  9: 'Q5_1',
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
  19: 'IQ2_XXS',
  20: 'IQ2_XS',
  21: 'Q2_K_S',
  22: 'IQ3_XS',
  23: 'IQ3_XXS',
  24: 'IQ1_S',
  25: 'IQ4_NL',
  26: 'IQ3_S',
  27: 'IQ3_M',
  28: 'IQ2_S',
  29: 'IQ2_M',
  30: 'IQ4_XS',
  31: 'IQ1_M',
  32: 'BF16',
  36: 'TQ1_0',
  37: 'TQ2_0',
  38: 'MXFP4',
};

/** A GGUF file by its header, the other parts of a split file included. */
export async function describeGguf(file: string): Promise<ModelDescription> {
  const description: ModelDescription = { format: 'gguf', architecture: 'unknown', parameters: 0, size: 0 };
  try {
    const opened = await openGgufParts(file, { longestList: LONGEST_LIST });
    await opened.close();
    const { metadata, tensors, parts } = opened;
    description.architecture = text(metadata.get('general.architecture')) ?? 'unknown';
    description.licence = text(metadata.get('general.license'));
    description.size = parts.reduce((total, { size }) => total + size, 0);
    description.parameters = tensors.reduce((total, { shape }) => total + product(shape), 0);
    description.quantisation = FILE_TYPES[Number(metadata.get('general.file_type'))] ?? commonest(tensors);
    const refusal = refusalOfGguf(metadata);
    if (refusal) return { ...description, obstacle: refused(refusal) };
    for (const tensor of tensors) checkTensor(tensor);
    const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
    const ofFile = { file, shapeOf: (name: string) => shapes.get(name) };
    return { ...description, kind: kindOfGguf(metadata, description.architecture, ofFile) };
  } catch (error) {
    return { ...description, obstacle: obstacleOf(error) };
  }
}

/** That its type is read here, and that it is all there. */
function checkTensor({ name, type, shape, start, part }: GgufParts['tensors'][number]): void {
  const known = ELEMENT_TYPES[type];
  if (!known) {
    throw new SoftpromptError(
      'model-unsupported',
      l10n`Its tensors are quantised as ${elementTypeName(type)}, which is not read.`,
      { place: { file: part.file, node: name }, hint: l10n`Take another quantisation of the same model.` },
    );
  }
  const end = start + (product(shape) / known.valuesPerBlock) * known.bytesPerBlock;
  if (end > part.size) throw cutShort(part.file, part.size, l10n`but the tensor ${name} ends at byte ${end}`);
}

function commonest(tensors: readonly GgufTensor[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { type, shape } of tensors) addTo(counts, elementTypeName(type), product(shape));
  return mostOf(counts);
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined);
