import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HostClient, type HostState, hostEnvironment } from '../../../src/extension/host/hostClient';
import { silentLog, workspace } from '../fakeVscode';

const clients: HostClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});

/** A client of a host whose behaviour is a few lines of JavaScript. */
async function clientOf(source: string, restartMilliseconds = [20, 40, 80]) {
  const script = join(await mkdtemp(join(tmpdir(), 'softprompt-host-')), 'host.js');
  await writeFile(script, source);
  const client = new HostClient({ script, settings: () => ({}), log: silentLog, restartMilliseconds });
  clients.push(client);
  const states: HostState[] = [];
  client.onState((state) => states.push(state));
  return { client, states };
}

/** Answers every request with its method and parameters; `models/list` crashes it, `runs/list` is never answered. */
const ECHO = `process.on('message', ({ id, method, params }) => {
  if (method === 'models/list') process.exit(3);
  if (method === 'initialize') process.send({ jsonrpc: '2.0', id, result: { version: '1', process: process.pid } });
  else if (method === 'shutdown') process.send({ jsonrpc: '2.0', id, result: {} });
  else if (method === 'runs/read') process.send({ jsonrpc: '2.0', id, error: { code: -32050, message: 'No run.',
    data: { code: 'run-invalid', message: 'No run.', hint: 'Look elsewhere.', place: { file: params.folder } } } });
  else if (method && method !== 'runs/list' && id !== undefined) process.send({ jsonrpc: '2.0', id, result: params });
});`;

describe('HostClient', () => {
  it('starts the host when it is first asked, once', async () => {
    const { client, states } = await clientOf(ECHO);
    expect(states).toEqual([]);
    const answers = await Promise.all([
      client.request('predict', { folder: 'a', values: {}, prompt: { kind: 'tuned' } }),
      client.request('predict', { folder: 'b', values: {}, prompt: { kind: 'tuned' } }),
    ]);
    expect(answers).toEqual([
      { folder: 'a', values: {}, prompt: { kind: 'tuned' } },
      { folder: 'b', values: {}, prompt: { kind: 'tuned' } },
    ]);
    expect(states).toEqual(['starting', 'ready']);
  });

  it('is not started in a workspace that is not trusted, whoever asks', async () => {
    const { client, states } = await clientOf(ECHO);
    workspace.isTrusted = false;
    try {
      await expect(client.request('models/list', {})).rejects.toMatchObject({ code: 'cancelled' });
    } finally {
      workspace.isTrusted = true;
    }
    expect(states).toEqual([]);
  });

  it('makes the host’s error reports errors again', async () => {
    const { client } = await clientOf(ECHO);
    await expect(client.request('runs/read', { folder: '/w/r' })).rejects.toMatchObject({
      name: 'SoftpromptError',
      code: 'run-invalid',
      details: { hint: 'Look elsewhere.', place: { file: '/w/r' } },
    });
  });

  it('fails what was asked of a host that crashes, and has it back by itself', async () => {
    const { client, states } = await clientOf(ECHO);
    await expect(client.request('models/list', {})).rejects.toThrow(/stopped while it was working/);
    await vi.waitFor(() => expect(states).toEqual(['starting', 'ready', 'lost', 'starting', 'ready']));
  });

  it('a host that could not be used, and ends only once the next one is started, does not take that along', async () => {
    const { client, states } = await clientOf(`const { existsSync, writeFileSync } = require('node:fs');
      const again = existsSync(__filename + '.seen');
      writeFileSync(__filename + '.seen', '');
      if (!again) process.on('message', ({ id }) => process.send({ jsonrpc: '2.0', id, error: { code: 1, message: 'Not now.' } }));
      else ${ECHO}`);
    const ask = () => client.request('predict', { folder: 'a', values: {}, prompt: { kind: 'tuned' } });
    await expect(ask()).rejects.toThrow('Not now.');
    await ask();
    const { process } = client;
    await new Promise((resolve) => setTimeout(resolve, 200)); // longer than a restart waits
    expect(states).toEqual(['starting', 'ready']);
    expect(client.process).toBe(process);
  });

  it('gives up after three restarts, until it is asked again', async () => {
    const { client, states } = await clientOf('process.exit(7);');
    await expect(client.request('models/list', {})).rejects.toThrow(/exit code 7/);
    await vi.waitFor(() => expect(states.at(-1)).toBe('stopped'), { timeout: 5_000 });
    expect(states.filter((state) => state === 'lost')).toHaveLength(3);
    expect(states.filter((state) => state === 'starting')).toHaveLength(4);
    await expect(client.request('models/list', {})).rejects.toThrow(/exit code 7/);
  });

  it('says which request was not answered in time', async () => {
    const { client } = await clientOf(ECHO);
    await client.request('predict', { folder: 'a', values: {}, prompt: { kind: 'tuned' } });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const asked = client.request('runs/list', { workspace: '/w' });
      const refused = expect(asked).rejects.toThrow(/did not answer runs\/list within 120 s/);
      await vi.advanceTimersByTimeAsync(120_000);
      await refused;
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends a host that does not want to end', async () => {
    const { client } = await clientOf(
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); ${ECHO}`,
    );
    await client.request('predict', { folder: 'a', values: {}, prompt: { kind: 'tuned' } });
    const pid = client.process!;
    await client.dispose();
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});

describe('hostEnvironment', () => {
  it('passes on what a plain Node process may know', () => {
    const environment = { PATH: '/bin', NODE_OPTIONS: '--inspect', VSCODE_PID: '1', ELECTRON_NO_ASAR: '1' };
    expect(hostEnvironment(environment)).toEqual({ PATH: '/bin', ELECTRON_RUN_AS_NODE: '1' });
  });
});
