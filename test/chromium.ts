import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const executablePath = process.env.CHROMIUM ?? PLACES.find(existsSync);

/**
 * Whether tests of what people see can run. On a developer's machine without Chromium they are skipped, and listed as
 * skipped; in continuous integration they fail.
 */
export const canShowPages = executablePath !== undefined || process.env.CI !== undefined;

/** Starts the system's Chromium for a test of what people see; CHROMIUM names another one. */
export async function launchChromium(): Promise<Browser> {
  if (!executablePath) {
    throw new Error(
      'Chromium is missing. On Debian: apt-get install -y chromium. Elsewhere, set CHROMIUM to its path.',
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}
