import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CACHE, CODE_SERVER, EXTENSIONS, NODE } from './places';

const START_MILLISECONDS = 180_000;

const QUIET_SETTINGS = {
  'security.workspace.trust.startupPrompt': 'never',
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'window.confirmBeforeClose': 'never',
};

/** A VS Code server with a home of its own, so that nothing of this machine's user is read or written. */
export interface CodeServer {
  url: string;
  home: string;
  stop(): Promise<void>;
}

export interface CodeServerOptions {
  /** Folder that is opened; without one the window is empty. */
  workspace?: string;
  settings?: Record<string, unknown>;
  /** More variables for the server, the extension and the training host. */
  environment?: Record<string, string>;
  /** Opens the folder as one that is not trusted, until a person says otherwise. */
  workspaceTrust?: boolean;
  /** Display language other than English. Of VS Code's own texts none are translated: only what extensions bring is. */
  language?: string;
}

export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const home = await mkdtemp(join(tmpdir(), 'softprompt-e2e-home-'));
  const user = join(home, 'data/User');
  await mkdir(user, { recursive: true });
  await writeFile(join(user, 'settings.json'), JSON.stringify({ ...QUIET_SETTINGS, ...options.settings }));

  if (options.language) await installLanguage(join(home, 'data'), options.language);

  const port = await freePort();
  const args = [
    ...(await baseArguments(home)),
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ...(options.language ? ['--locale', options.language] : []),
    ...(options.workspace ? [options.workspace] : []),
  ];
  // A process group of its own: killed as one, or the extension host would stay behind.
  const server = spawn(NODE, args, {
    detached: true,
    env: { ...environment(home), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(CACHE, 'code-server.log'), { flags: 'a' });
  server.stdout.pipe(log, { end: false });
  server.stderr.pipe(log, { end: false });

  const origin = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await killGroup(server);
    log.end();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await answering(`${origin}/healthz`, server);
  } catch (error) {
    await stop();
    throw error;
  }
  const query = options.workspace ? `folder=${encodeURIComponent(options.workspace)}` : 'ew=true';
  return { url: `${origin}/?${query}`, home, stop };
}

/** What installing a language pack leaves behind, with a pack that translates nothing. */
async function installLanguage(data: string, language: string): Promise<void> {
  const translations = join(data, 'nothing-translated.json');
  await writeFile(translations, JSON.stringify({ contents: {} }));
  const identifier = { id: `test.language-pack-${language}` };
  const pack = {
    hash: 'test',
    extensions: [{ extensionIdentifier: identifier, version: '1.0.0' }],
    label: language,
    translations: { vscode: translations },
  };
  await writeFile(join(data, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
}

/** Installs a packed extension for all servers that are started afterwards. */
export async function installExtension(vsix: string): Promise<void> {
  await rm(EXTENSIONS, { recursive: true, force: true });
  const home = await mkdtemp(join(tmpdir(), 'softprompt-e2e-home-'));
  try {
    const args = [...(await baseArguments(home)), '--install-extension', vsix];
    await promisify(execFile)(NODE, args, { env: environment(home) });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function baseArguments(home: string): Promise<string[]> {
  const config = join(home, 'config.yaml');
  await writeFile(config, 'cert: false\n');
  return [
    CODE_SERVER,
    ...['--config', config],
    ...['--user-data-dir', join(home, 'data')],
    ...['--extensions-dir', EXTENSIONS],
  ];
}

/** This process's environment without what another VS Code may have put there. */
function environment(home: string): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_|CODE_SERVER|ELECTRON_|XDG_|PASSWORD$|VITEST|NODE_ENV$|NODE_OPTIONS$)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), HOME: home };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  const until = Date.now() + START_MILLISECONDS;
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`code-server ended with code ${server.exitCode}.`);
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await sleep(200);
  }
  throw new Error(`code-server did not answer within ${START_MILLISECONDS / 1000} s.`);
}

async function killGroup(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  process.kill(-server.pid, 'SIGTERM');
  await Promise.race([gone, sleep(5_000, undefined, { ref: false })]);
  try {
    process.kill(-server.pid, 'SIGKILL');
  } catch {
    return; // the whole group was gone already
  }
  await gone;
}
