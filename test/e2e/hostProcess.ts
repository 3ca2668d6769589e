import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the training hosts that belong to one server, found by the home it gave them. */
export function hostProcesses(home: string): number[] {
  return processesOf(home, 'dist/host.js');
}

/** Ids of the processes that run the server's extensions. */
export function extensionHosts(home: string): number[] {
  return processesOf(home, '--type=extensionHost');
}

function processesOf(home: string, argument: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => {
      try {
        return (
          readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(argument) &&
          readFileSync(`/proc/${id}/environ`, 'utf8').split('\0').includes(`HOME=${home}`)
        );
      } catch {
        return false; // it ended while it was being looked at
      }
    });
}
