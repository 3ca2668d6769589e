import { describe, expect, it } from 'vitest';
import { nearestWords } from '../../src/engine/evaluation/nearestWords';
import { characters } from './characters';
import { HashModel } from './hashModel';

/** Embeddings on the unit circle, token by token round it; lengths differ, which cosine similarity ignores. */
class CircleModel extends HashModel {
  override get config() {
    return { ...super.config, hiddenSize: 2, embeddingSize: 2 };
  }

  override embed(ids: ArrayLike<number>): Float32Array {
    return Float32Array.from(
      Array.from(ids).flatMap((id) => {
        const angle = (2 * Math.PI * id) / this.vocabularySize;
        return [(1 + id) * Math.cos(angle), (1 + id) * Math.sin(angle)];
      }),
    );
  }
}

describe('nearestWords', () => {
  it('ranks the whole vocabulary by angle', async () => {
    const model = new CircleModel(5000);
    const angle = (2 * Math.PI * 65.2) / 5000;
    const prompt = Float32Array.of(0.01 * Math.cos(angle), 0.01 * Math.sin(angle), 3, 0);
    const [first, second] = await nearestWords(model, characters, prompt, 3);
    expect(first!.nearest.map(({ word }) => word)).toEqual(['A', 'B', '@']);
    expect(first!.nearest[0]!.similarity).toBeCloseTo(Math.cos((2 * Math.PI * 0.2) / 5000), 6);
    expect(second!.token).toBe(1);
    // 0 points along the axis; 1 and the last token are equally near: the first one found comes first.
    expect(second!.nearest[0]!.similarity).toBeCloseTo(1, 6);
    expect(second!.nearest).toHaveLength(3);
  });

  it('has no direction for a zero vector', async () => {
    const [only] = await nearestWords(new CircleModel(10), characters, new Float32Array(2), 2);
    expect(only!.nearest.map(({ similarity }) => similarity)).toEqual([0, 0]);
  });

  it('breathes', async () => {
    const model = new CircleModel(5000);
    let breaths = 0;
    Object.assign(model, { breathe: async () => void breaths++ });
    await nearestWords(model, characters, Float32Array.of(1, 0));
    expect(breaths).toBe(3);
  });
});
