import type { ModelKind } from '../../../protocol/models';
import { familyOfGguf, familyOfModelType } from '../families/families';
import type { FileTensors } from '../families/family';
import type { GgufValue } from '../gguf/header';

/** What kind of model a config.json describes. Throws SoftpromptError where opening the model would. */
export function kindOfConfig(json: unknown, architecture: string, tensors: FileTensors): ModelKind {
  return familyOfModelType(architecture, tensors.file).fromConfig(json, tensors).model.config.kind;
}

/** The same of GGUF metadata. */
export function kindOfGguf(
  metadata: ReadonlyMap<string, GgufValue>,
  architecture: string,
  tensors: FileTensors,
): ModelKind {
  return familyOfGguf(architecture, tensors.file).fromGguf!(metadata, tensors).model.config.kind;
}
