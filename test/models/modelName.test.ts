import { describe, expect, it } from 'vitest';
import { modelName } from '../../src/engine/models/modelName';

const COMMIT = '12fd25f77366fa6b3b4b768ec3050bf629380bac';

describe('modelName', () => {
  it.each([
    ['/models/smollm2', 'smollm2'],
    ['/models/flan-t5/onnx', 'flan-t5'],
    ['/models/flan-t5/onnx/optimum-with-past', 'flan-t5'],
    ['/models/phi3/cpu_and_mobile/cpu-int4-rtn-block-32', 'phi3'],
    ['/models/torchlight', 'torchlight'],
    ['/onnx', 'onnx'],
    [`/hub/models--HuggingFaceTB--SmolLM2-135M/snapshots/${COMMIT}`, 'SmolLM2-135M'],
    [`/hub/models--HuggingFaceTB--SmolLM2-135M/snapshots/${COMMIT}/onnx`, 'SmolLM2-135M'],
    [`/hub/models--gpt2/snapshots/${COMMIT}`, 'gpt2'],
  ])('%s is %s', (folder, name) => {
    expect(modelName(folder)).toBe(name);
  });
});
