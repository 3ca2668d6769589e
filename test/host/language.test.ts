import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HostClient } from '../../src/extension/host/hostClient';
import { buildHost, keepingLog } from './builtHost';

const translations = {
  language: 'de',
  texts: {
    'The run {0} is not being trained.': 'Der Lauf {0} wird gerade nicht trainiert.',
    'The row has no text.': 'Die Zeile hat keinen Text.',
  },
};

let folder: string;
let client: HostClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softprompt-language-'));
  client = new HostClient({
    script: await buildHost('language'),
    settings: () => ({ cacheFolder: folder, translations }),
    log: keepingLog(),
  });
});
afterAll(async () => {
  await client?.dispose();
  await rm(folder, { recursive: true, force: true });
});

it('the host says things in the display language, the thread that talks as well as those that read', async () => {
  await expect(client.request('training/pause', { folder: '/runs/one' })).rejects.toThrow(
    'Der Lauf one wird gerade nicht trainiert.',
  );
  const file = join(folder, 'orders.csv');
  await writeFile(
    file,
    'text,label\nlate parcel,delivery\n,billing\nlost box,delivery\nno invoice,billing\n',
  );
  const { problems } = await client.request('dataset/inspect', { file });
  expect(problems.map(({ message }) => message)).toContain('Die Zeile hat keinen Text.');
});
