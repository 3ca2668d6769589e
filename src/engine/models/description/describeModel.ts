import { readdir, stat } from 'node:fs/promises';
import { describeFolder } from './describeFolder';
import { describeGguf } from './describeGguf';
import { describeOnnx } from './describeOnnx';
import { type ModelDescription, obstacleOf } from './description';

/**
 * What a model is, by headers alone: no weights are read, however large it is. Never throws: what is wrong with a model is
 * its obstacle.
 */
export async function describeModel(path: string): Promise<ModelDescription> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) {
      const description = await (path.endsWith('.onnx') ? describeOnnx(path) : describeGguf(path));
      return { ...description, size: description.size || found.size };
    }
    const names = await readdir(path);
    const graphs = names.some((name) => name.endsWith('.onnx'));
    const weights = names.some((name) => /^model\.safetensors(\.index\.json)?$/.test(name));
    return await (graphs && !weights ? describeOnnx(path) : describeFolder(path));
  } catch (error) {
    return { architecture: 'unknown', parameters: 0, size: 0, obstacle: obstacleOf(error) };
  }
}
