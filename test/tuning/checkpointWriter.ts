// Run as a process of its own and killed: writes checkpoints without end, and says when one is done.
import { writeSync } from 'node:fs';
import { readCheckpoint, writeCheckpoint } from '../../src/engine/tuning/checkpoint';
import { startTraining } from '../../src/engine/tuning/trainingState';

async function writeForever(folder: string): Promise<void> {
  const last = await readCheckpoint(folder);
  for (let step = (last?.state.step ?? 0) + 1; ; step++) {
    const state = startTraining(new Float32Array(2000).fill(step));
    state.step = step;
    state.best = { step, score: step, loss: 0, prompt: new Float32Array(2000).fill(step) };
    await writeCheckpoint(folder, { state, metricsBytes: step });
    writeSync(1, `${step}\n`);
  }
}

void writeForever(process.argv[2]!);
