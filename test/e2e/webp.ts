import type { Browser } from 'playwright-core';

const QUALITY = 0.78;

/** A picture as WebP, this many pixels wide, a third of its size as PNG: what Chromium shows it can also write. */
export async function toWebp(browser: Browser, png: Buffer, width: number): Promise<Buffer> {
  const page = await browser.newPage();
  try {
    const encoded = await page.evaluate(
      async ([source, quality, most]) => {
        const bitmap = await createImageBitmap(await (await fetch(source)).blob());
        const canvas = document.createElement('canvas');
        canvas.width = Math.min(most, bitmap.width);
        canvas.height = Math.round((bitmap.height * canvas.width) / bitmap.width);
        const context = canvas.getContext('2d')!;
        context.imageSmoothingQuality = 'high';
        context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        return canvas.toDataURL('image/webp', quality);
      },
      [`data:image/png;base64,${png.toString('base64')}`, QUALITY, width] as const,
    );
    return Buffer.from(encoded.slice(encoded.indexOf(',') + 1), 'base64');
  } finally {
    await page.close();
  }
}
