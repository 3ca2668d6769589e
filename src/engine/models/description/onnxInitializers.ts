import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import protobuf from 'protobufjs';
import { SoftpromptError } from '../../../protocol/errors';
import { l10n } from '../../../protocol/l10n';
import { skimOnnx } from '../onnx/skim';

export interface Initializer {
  shape: number[];
  /** ONNX's number for the element type. */
  type: number;
  /** File that holds the values: this one, or one beside it. Undefined for small values in the midst of the graph. */
  location?: string;
}

// The few fields of onnx.proto that tell of weights; all others, nodes included, are passed over.
const schema = protobuf.Root.fromJSON({
  nested: {
    ModelProto: { fields: { graph: { id: 7, type: 'GraphProto' } } },
    GraphProto: { fields: { initializer: { id: 5, type: 'TensorProto', rule: 'repeated' } } },
    TensorProto: {
      fields: {
        dims: { id: 1, type: 'int64', rule: 'repeated' },
        dataType: { id: 2, type: 'int32' },
        externalData: { id: 13, type: 'StringStringEntryProto', rule: 'repeated' },
      },
    },
    StringStringEntryProto: { fields: { key: { id: 1, type: 'string' }, value: { id: 2, type: 'string' } } },
  },
});
const ModelProto = schema.lookupType('ModelProto');

interface DecodedTensor {
  dims: number[];
  dataType: number;
  externalData: { key: string; value: string }[];
}

/** The weights of an ONNX file, without their values, which are not read. Throws SoftpromptError('model-invalid'). */
export async function onnxInitializers(handle: FileHandle, file: string): Promise<Initializer[]> {
  const bytes = await skimOnnx(handle, { path: file, name: basename(file) });
  try {
    const model = ModelProto.toObject(ModelProto.decode(bytes), {
      longs: Number,
      arrays: true,
      defaults: true,
    });
    const initializers: DecodedTensor[] = model.graph?.initializer ?? [];
    return initializers.map(({ dims, dataType, externalData }) => {
      const location = externalData.find(({ key }) => key === 'location')?.value;
      return { shape: dims, type: dataType, ...(location && { location }) };
    });
  } catch (cause) {
    throw new SoftpromptError(
      'model-invalid',
      l10n`This is not an ONNX model: ${(cause as Error).message}.`,
      {
        place: { file },
        hint: l10n`Export the model again, or download the file again.`,
        cause,
      },
    );
  }
}
