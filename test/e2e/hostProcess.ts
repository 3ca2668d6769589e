import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the training hosts that belong to one server, found by the home it gave them. */
export function hostProcesses(home: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      try {
        return (
          readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('dist/host.js') &&
          readFileSync(`/proc/${id}/environ`, 'utf8').split('\0').includes(`HOME=${home}`)
        );
      } catch {
        return false; // it ended while it was being looked at
      }
    });
}
