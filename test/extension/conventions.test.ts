import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json';
import english from '../../package.nls.json';

// What a good guest in the editor keeps to, read off the manifest and the source.

const ROOT = join(__dirname, '../..');
const { capabilities, contributes } = manifest;
const texts: Readonly<Record<string, string>> = english;
const read = (text: string): string => texts[text.replace(/^%(.*)%$/, '$1')] ?? text;

const EXTENSION = join(ROOT, 'src/extension');
const source = readdirSync(EXTENSION, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(EXTENSION, name), 'utf8'))
  .join('\n');
const occurrences = (pattern: RegExp): number => source.match(pattern)?.length ?? 0;

const MOST_WALKTHROUGH_BYTES = 400_000;

/** Commands that make sense wherever the editor is; the palette shows each other one only where it applies. */
const ALWAYS = [
  ...['newTask', 'tune', 'previewPrompt', 'evaluateDataset', 'toggleRowHints'],
  ...['pullModel', 'clearCache', 'refresh', 'getStarted', 'openSample', 'openLog'],
];

describe('workspaces', () => {
  it('runs where the files are, and says why it needs them on disk', () => {
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(capabilities.virtualWorkspaces.supported).toBe(false);
    expect(read(capabilities.virtualWorkspaces.description)).toMatch(/^[A-Z].{20,}\.$/);
  });

  it('does little in one that is not trusted, and takes no setting of it that says what is run', () => {
    const { supported, description, restrictedConfigurations } = capabilities.untrustedWorkspaces;
    expect(supported).toBe('limited');
    expect(read(description)).toMatch(/trusted/);
    for (const setting of ['softprompt.cacheFolder', 'softprompt.threads'])
      expect(restrictedConfigurations).toContain(setting);
    const free = contributes.commands.filter(({ enablement }) => !enablement?.includes('isWorkspaceTrusted'));
    expect(free.map(({ command }) => command)).toEqual(['softprompt.getStarted', 'softprompt.openLog']);
  });
});

describe('commands', () => {
  it('are of one category', () => {
    for (const { category } of contributes.commands) expect(category).toBe('Softprompt');
  });

  it('are in the palette only where they apply', () => {
    const conditional = contributes.menus.commandPalette
      .filter(({ when }) => when)
      .map(({ command }) => command);
    const others = contributes.commands
      .map(({ command }) => command)
      .filter((command) => !conditional.includes(command));
    expect(others.map((command) => command.replace('softprompt.', '')).sort()).toEqual([...ALWAYS].sort());
  });
});

describe('the gallery', () => {
  it('has an icon that is large enough, and a banner', () => {
    const header = readFileSync(join(ROOT, manifest.icon)).subarray(0, 24);
    const [width, height] = [header.readUInt32BE(16), header.readUInt32BE(20)];
    expect(width).toBe(height);
    expect(width).toBeGreaterThanOrEqual(128);
    expect(manifest.galleryBanner.color).toMatch(/^#[0-9a-f]{6}$/);
  });

  it('has README pictures that are there', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const pictures = [...readme.matchAll(/(?:src(?:set)?="|!\[[^\]]*\]\()([^")]+)/g)].map(
      ([, path]) => path!,
    );
    expect(pictures.length).toBeGreaterThan(0);
    for (const path of pictures) expect(statSync(join(ROOT, path)).size, path).toBeGreaterThan(0);
  });
});

describe('settings', () => {
  it('stand in one group, each explained', () => {
    const { title, properties } = contributes.configuration;
    expect(title).toBe('Softprompt');
    for (const [name, setting] of Object.entries(properties)) {
      expect(name).toMatch(/^softprompt\.\w+$/);
      expect(read(setting.markdownDescription), name).toMatch(/^[A-Z`*].{20,}\.$/);
      expect(setting).not.toHaveProperty('description');
    }
  });
});

describe('webviews', () => {
  it('come back after a reload, and none is kept in memory while nobody sees it', () => {
    const kinds = manifest.activationEvents.filter((event) => event.startsWith('onWebviewPanel:'));
    expect(kinds.length).toBeGreaterThan(0);
    expect(occurrences(/window\.createWebviewPanel\(/g)).toBe(kinds.length);
    expect(occurrences(/registerWebviewPanelSerializer\(/g)).toBe(kinds.length);
    expect(source).not.toContain('retainContextWhenHidden');
  });
});

describe('the walkthrough', () => {
  const [walkthrough] = contributes.walkthroughs;

  it('is the only one, with buttons that do something', () => {
    expect(contributes.walkthroughs).toHaveLength(1);
    const commands: string[] = contributes.commands.map(({ command }) => command);
    for (const { title, description, completionEvents } of walkthrough!.steps) {
      expect(read(title)).toMatch(/^[A-Z]/);
      expect(completionEvents.length).toBeGreaterThan(0);
      const links = [...read(description).matchAll(/\(command:([\w.]+)\)/g)].map(([, command]) => command!);
      expect(links.length).toBeGreaterThan(0);
      for (const link of links.filter((command) => command.startsWith('softprompt.')))
        expect(commands).toContain(link);
      for (const event of completionEvents.filter((one) => one.startsWith('onCommand:')))
        expect(commands).toContain(event.replace('onCommand:', ''));
    }
  });

  it('has pictures of the product for each theme, and words for those who cannot see them', () => {
    const files = new Set<string>();
    for (const { media } of walkthrough!.steps) {
      for (const file of Object.values(media.image)) files.add(file);
      expect(read(media.altText)).toMatch(/^[A-Z].{20,}\.$/);
    }
    const sizes = [...files].map((file) => statSync(join(ROOT, file)).size);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(MOST_WALKTHROUGH_BYTES);
  });
});
