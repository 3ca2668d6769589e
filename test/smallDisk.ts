import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

/** Whether the system lets us have a small disk of our own (Linux, as root). */
export const canMount =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0;

/** Makes an empty folder a disk of `size` (`512k`); answers whether it is one now. */
export function mountSmallDisk(folder: string, size: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status === 0;
}

export function unmount(folder: string): void {
  spawnSync('umount', [folder]);
}
