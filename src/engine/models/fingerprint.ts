import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const SAMPLES = 64;
const SAMPLE_BYTES = 4096;

/**
 * Adds to a hash what tells one model file from another without reading all of it: its size, its header, and samples
 * spread evenly over the rest, the end included.
 */
export async function hashSamples(hash: Hash, handle: FileHandle, headerBytes: number): Promise<void> {
  const { size } = await handle.stat();
  hash.update(`${size}\n`);
  await hashRange(hash, handle, 0, headerBytes);
  const last = Math.max(headerBytes, size - SAMPLE_BYTES);
  for (let i = 0; i < SAMPLES; i++) {
    const from = headerBytes + Math.floor(((last - headerBytes) * i) / (SAMPLES - 1));
    await hashRange(hash, handle, from, Math.min(SAMPLE_BYTES, size - from));
  }
}

async function hashRange(hash: Hash, handle: FileHandle, from: number, length: number): Promise<void> {
  if (length <= 0) return;
  const bytes = new Uint8Array(length);
  const { bytesRead } = await handle.read(bytes, 0, length, from);
  hash.update(bytes.subarray(0, bytesRead));
}
