import { afterEach, describe, expect, it } from 'vitest';
import { saveFiles } from '../../src/extension/saveFiles';
import { Uri, workspace } from './fakeVscode';

/** A document whose saves go as told. */
function documentThat(...results: boolean[]) {
  const document = {
    uri: Uri.file('/w/a.softprompt.json'),
    isDirty: true,
    saves: 0,
    async save(): Promise<boolean> {
      const done = results[Math.min(this.saves, results.length - 1)]!;
      this.saves += 1;
      if (done) this.isDirty = false;
      return done;
    },
  };
  workspace.textDocuments = [document] as never;
  return document;
}

afterEach(() => {
  workspace.textDocuments = [];
});

describe('saveFiles', () => {
  it('saves what was edited, and leaves other files alone', async () => {
    const document = documentThat(true);
    await saveFiles(['/w/other.csv']);
    expect(document.saves).toBe(0);
    await saveFiles(['/w/a.softprompt.json']);
    await saveFiles(['/w/a.softprompt.json']);
    expect(document.saves).toBe(1);
  });

  it('tries again when something came in between', async () => {
    const document = documentThat(false, true);
    await saveFiles(['/w/a.softprompt.json']);
    expect(document.saves).toBe(2);
  });

  it('says so in the end', async () => {
    documentThat(false);
    await expect(saveFiles(['/w/a.softprompt.json'])).rejects.toThrow(/a.softprompt.json|stat/);
  });
});
