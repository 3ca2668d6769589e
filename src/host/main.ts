// The training host: a process that serves the engine over JSON-RPC on the IPC channel of its parent. This thread only
// talks; what reads much or computes has threads of its own (worker.ts).
import { join } from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { createHost } from './handlers';
import { serve } from './serve';

if (!process.send) {
  console.error(
    'host.js is started by the editor, with an IPC channel. In a terminal, use the softprompt command.',
  );
  process.exit(2);
}

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const host = createHost({
  workerScript: join(__dirname, 'worker.js'),
  notify(name, value) {
    // Nobody listens any more when the editor is gone; the run's folder has it all.
    if (process.connected) connection.sendNotification(name, value).catch(() => {});
  },
});

let leaving = false;
async function leave(): Promise<void> {
  if (leaving) return;
  leaving = true;
  try {
    await host.leave();
  } finally {
    process.exit(0);
  }
}
process.on('disconnect', () => void leave());
process.on('SIGTERM', () => void leave());
process.on('SIGINT', () => void leave());

serve(connection, host.handlers, (report) => console.error(report.stack ?? report.message));
connection.listen();
