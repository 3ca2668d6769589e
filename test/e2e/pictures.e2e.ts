import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../chromium';
import { defaultModelFile, type ModelHub, startModelHub } from './modelHub';
import { REPOSITORY } from './places';
import { tellStory } from './story';
import { toWebp } from './webp';
import { sampleFiles } from './workspace';

const TRAINING_MILLISECONDS = 15 * 60_000;
/** Pixels across in the files; VS Code shows the walkthrough's about 560 wide. */
const DOCS_WIDTH = 1280;
const WALK_WIDTH = 760;
const WINDOW = { width: 1280, height: 800 };
/** For a tab of the panel as a whole, and large enough to be read in the walkthrough. */
const PANEL_WINDOW = { width: 900, height: 1100 };
const MARGIN = 12;
/** To be asked in the playground, until the prompts disagree. */
const QUESTIONS = [
  'Where is my parcel? It should have come on Monday.',
  'My password does not work any more.',
  'You charged me twice for the same pair of shoes.',
  'Is the garden bench made of teak?',
];

// Takes the pictures of the walkthrough, docs/first-steps.md and README, from the product as it is: PICTURES=docs npm run
// test:e2e -- pictures. Minutes, as the real model is tuned. Look at each before it is committed.
const modelFile = defaultModelFile();

describe.runIf(process.env.PICTURES && modelFile)('The pictures of walkthrough, docs and README', () => {
  let hub: ModelHub;
  let painter: Browser;

  beforeAll(async () => {
    hub = await startModelHub(modelFile!);
    painter = await launchChromium();
  });
  afterAll(async () => {
    await painter?.close();
    await hub?.stop();
  });

  const { workbench, run } = tellStory({
    files: sampleFiles(),
    folder: 'support',
    editor: () => ({
      environment: { HF_ENDPOINT: hub.url },
      settings: {
        'workbench.colorTheme': 'Light 2026',
        'editor.minimap.enabled': false,
        'remote.autoForwardPorts': false,
      },
    }),
    window: { ...WINDOW, scale: 1.5 },
  });

  /** The whole window, for the docs. */
  async function document(name: string): Promise<void> {
    await workbench.page.mouse.move(640, 795);
    await workbench.page.waitForTimeout(600);
    await save(`docs/first-steps/${name}.webp`, await workbench.page.screenshot(), DOCS_WIDTH);
  }

  /** A part of the window in both shades, down to a place or so many pixels, for the walkthrough. */
  async function walk(name: string, part: Locator, end: Locator | number): Promise<void> {
    for (const shade of ['light', 'dark']) {
      await workbench.page.locator(`.monaco-workbench.vs${shade === 'dark' ? '-dark' : ''}`).waitFor();
      await workbench.page.mouse.move(640, 795);
      await workbench.page.waitForTimeout(1_000);
      const box = await part.boundingBox();
      const last = typeof end === 'number' ? undefined : await end.boundingBox();
      if (!box || last === null) throw new Error(`${name}: nothing to see.`);
      const height = typeof end === 'number' ? end : last!.y + last!.height + MARGIN - box.y;
      // A part without an end of its own is cut where it can still be read.
      const width = typeof end === 'number' ? Math.min(box.width, WALK_WIDTH) : box.width;
      const clip = { ...box, width, height };
      const png = await workbench.page.screenshot({ clip });
      await save(`media/walkthrough/${name}-${shade}.webp`, png, WALK_WIDTH);
      await workbench.command('Preferences: Toggle between Light/Dark Themes');
    }
  }

  async function save(path: string, png: Buffer, width: number): Promise<void> {
    const file = join(REPOSITORY, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await toWebp(painter, png, width));
  }

  /** The run's panel as the whole window. */
  async function panelAlone(): Promise<void> {
    await workbench.page.setViewportSize(PANEL_WINDOW);
    await workbench.page.getByRole('tab', { name: /^Run: / }).click();
    await workbench.command('View: Maximize Editor Group and Hide Side Bars');
  }

  const toTop = () => run.frame.locator('html').evaluate((html) => html.scrollTo(0, 0));
  const editors = () => workbench.page.locator('.part.editor');
  const panel = () => workbench.page.locator('iframe.webview.ready').first();

  it('an open dataset', async () => {
    await workbench.openFile('train.csv');
    await workbench.lens('298 rows').waitFor({ timeout: 60_000 });
    await document('1-dataset');
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await walk('dataset', editors(), 300);
  });

  it(
    'the question, and the training',
    async () => {
      await workbench.openSidebar();
      await document('2-sidebar');
      await workbench.page.locator('.sidebar').getByRole('button', { name: 'Tune a Prompt' }).click();
      const question = workbench.notification('SmolLM2');
      await question.waitFor();
      await document('3-download');
      await question.getByRole('button', { name: 'Download and tune' }).click();
      await run.becomes('Training', 5 * 60_000);
      await run.stepAfter(60, TRAINING_MILLISECONDS);
      await document('4-training');
      await panelAlone();
      await walk('tune', panel(), run.frame.locator('.charts'));
    },
    TRAINING_MILLISECONDS,
  );

  it(
    'the result',
    async () => {
      await run.becomes('Finished', TRAINING_MILLISECONDS);
      await workbench.command('Notifications: Clear All Notifications');
      await walk('result', panel(), run.frame.locator('.verdict'));
      await workbench.command('View: Toggle Maximize Editor Group');
      await workbench.page.setViewportSize(WINDOW);
      await workbench.openSidebar();
      await document('5-result');
    },
    TRAINING_MILLISECONDS,
  );

  it('the sidebar', async () => {
    await walk('use', workbench.page.locator('.part.sidebar'), workbench.treeItem(' vs '));
  });

  it('the playground', async () => {
    await panelAlone();
    await run.tab('Playground').click();
    const tries = run.frame.getByRole('region', { name: 'History' }).getByRole('listitem');
    const agreement = run.frame.getByText(/^(?:Both|The) prompts .*answers?\.$/).first();
    for (const [before, question] of QUESTIONS.entries()) {
      await run.frame.getByRole('textbox').first().fill(question);
      await run.button('Ask both prompts').click();
      await tries.nth(before).waitFor({ timeout: 60_000 });
      if (/different/.test((await agreement.textContent()) ?? '')) break;
    }
    await toTop();
    await walk('try', panel(), agreement);
    expect(await workbench.errorNotifications()).toEqual([]);
  });

  it('the result in full width, for README', async () => {
    await workbench.page.setViewportSize({ ...PANEL_WINDOW, width: WINDOW.width });
    await run.tab('Overview').click();
    await toTop();
    for (const shade of ['light', 'dark']) {
      await run.frame.locator(`body.vscode-${shade}`).waitFor();
      const file = join(REPOSITORY, `media/readme-panel-${shade}.png`);
      await workbench.picturePanel(file, run.frame.locator('.charts'));
      await workbench.command('Preferences: Toggle between Light/Dark Themes');
    }
  });
});
