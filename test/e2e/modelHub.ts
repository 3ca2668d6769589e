import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { defaultCacheFolder } from '../../src/engine/models/cacheFolder';
import { CATALOGUE, catalogueFile } from '../../src/engine/models/catalogue';

const [ENTRY] = CATALOGUE;

/** The default base model, where this machine's user has it; undefined elsewhere. */
export function defaultModelFile(): string | undefined {
  const file = catalogueFile(defaultCacheFolder(), ENTRY!);
  return existsSync(file) ? file : undefined;
}

/** A model hub on this machine with one file, so that a download is real, and takes no network. */
export interface ModelHub {
  url: string;
  stop(): Promise<void>;
}

export async function startModelHub(file: string): Promise<ModelHub> {
  const { size } = await stat(file);
  const server = createServer((request, response) => {
    if (!request.url?.endsWith(`/${ENTRY!.file}`)) {
      response.writeHead(404, { 'X-Error-Code': 'EntryNotFound' }).end();
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const first = Number(range?.[1] ?? 0);
    const last = Number(range?.[2] || size - 1);
    response.writeHead(range ? 206 : 200, {
      ETag: '"model"',
      'Content-Length': last - first + 1,
      ...(range && { 'Content-Range': `bytes ${first}-${last}/${size}` }),
    });
    if (request.method === 'HEAD') response.end();
    else pipeline(createReadStream(file, { start: first, end: last }), response, () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
