import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json';

const ROOT = resolve(__dirname, '..');
const PICTURE = /\.(?:gif|jpe?g|png|svg|webp)$/;
/** Folders with pictures, all of them named by somebody. */
const FOLDERS = ['media', 'docs'];
/** Below it a picture shows nothing that can be read; above it nobody sees more. */
const [LEAST_WIDTH, MOST_WIDTH] = [300, 2_000];
const MOST_BYTES = 250_000;
/** Pages, and what shows pictures in the editor. */
const PAGES = ['README.md', 'CHANGELOG.md', ...filesBelow('docs').filter((file) => file.endsWith('.md'))];
const CODE = [...filesBelow('src/extension'), ...filesBelow('media').filter((file) => file.endsWith('.css'))];

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

/** The pictures that a page of Markdown shows, by their paths from the root. */
function shownIn(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)];
  return links
    .map((link) => (link[1] ?? link[2])!)
    .filter((link) => !/^https?:/.test(link))
    .map((link) => relative(ROOT, join(ROOT, dirname(page), link)));
}

/** All texts of a JSON value that look like a picture's path. */
function picturesIn(value: unknown): string[] {
  if (typeof value === 'string') return PICTURE.test(value) ? [value.replace(/^\.\//, '')] : [];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(picturesIn) : [];
}

/** Width and height in pixels, from a PNG or WebP file's first bytes. */
function sizeOf(file: string): { width: number; height: number } {
  const bytes = readFileSync(join(ROOT, file));
  if (file.endsWith('.png')) return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  const kind = bytes.toString('latin1', 12, 16);
  if (kind === 'VP8 ')
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (kind === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  throw new Error(`${file}: the size of ${kind} is not known here.`);
}

const pages = PAGES.flatMap(shownIn);
const shown = [...new Set([...pages, ...picturesIn(manifest)])].sort();

describe('Pictures', () => {
  it.each(shown)('%s is there', (file) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
  });

  it.each(shown.filter((file) => /\.(?:png|webp)$/.test(file) && file !== manifest.icon))(
    '%s can be read, and is not larger than it need be',
    (file) => {
      const { width, height } = sizeOf(file);
      expect(width).toBeGreaterThanOrEqual(LEAST_WIDTH);
      expect(width).toBeLessThanOrEqual(MOST_WIDTH);
      expect(height).toBeGreaterThan(width / 4);
      expect(height).toBeLessThan(width * 2);
      expect(statSync(join(ROOT, file)).size).toBeLessThan(MOST_BYTES);
    },
  );

  it('are the same in light and dark', () => {
    const dark = shown.filter((file) => /-dark\.(?:png|webp)$/.test(file));
    expect(dark.length).toBeGreaterThan(0);
    for (const file of dark) expect(sizeOf(file.replace('-dark', '-light')), file).toEqual(sizeOf(file));
  });

  it('are all shown somewhere', () => {
    const code = CODE.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');
    // The signs of rows that are right or wrong are put together from a name and a theme.
    const used = (file: string): boolean =>
      shown.includes(file) || code.includes(file) || (/^media\/rows\//.test(file) && code.includes("'rows'"));
    const unused = FOLDERS.flatMap(filesBelow).filter((file) => PICTURE.test(file) && !used(file));
    expect(unused).toEqual([]);
  });

  it('have words for those who cannot see them', () => {
    for (const page of PAGES) {
      const text = readFileSync(join(ROOT, page), 'utf8');
      const words = [...text.matchAll(/!\[([^\]]*)\]\(/g), ...text.matchAll(/<img[^>]*\salt="([^"]*)"/g)];
      for (const [, alt] of words) expect(alt!.length, `${page}: ${alt}`).toBeGreaterThan(20);
      expect(text.match(/<img/g) ?? []).toHaveLength((text.match(/<img[^>]*\salt="/g) ?? []).length);
    }
  });
});
