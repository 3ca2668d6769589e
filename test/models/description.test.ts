import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../../src/engine/models/description/describeModel';
import { openCheckpoint } from '../../src/engine/models/openCheckpoint';
import { fixtures } from './foundTree';

const root = join(fixtures, 'models');

/** Every fixture as a folder of safetensors and as a GGUF file, where it is there. */
const models = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => [
    ...(existsSync(join(root, name, 'model.safetensors')) ? [name] : []),
    ...(existsSync(join(root, name, 'model.gguf')) ? [`${name}/model.gguf`] : []),
  ]);

describe('what a header says of a model', () => {
  it.each(models)('is what opening it says: %s', async (name) => {
    const path = join(root, name);
    const described = await describeModel(path);
    const opened = await openCheckpoint(path).catch((error: Error) => error);
    if (opened instanceof Error) {
      const reason = described.obstacle?.reason ?? 'nothing';
      expect(opened.message.toLowerCase()).toContain(reason.toLowerCase());
      return;
    }
    await opened.close();
    expect(described.obstacle).toBeUndefined();
    expect(described).toMatchObject({ format: opened.format, kind: opened.config.kind });
    expect(described.quantisation).toMatch(/^(float32|F32)$/);
    // Files may hold copies and buffers that a model does not take.
    expect(described.parameters / opened.parameters).toBeGreaterThan(0.7);
    expect(described.parameters / opened.parameters).toBeLessThan(1.6);
  });
});
