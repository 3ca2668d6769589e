import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type CodeServer, type CodeServerOptions, startCodeServer } from './codeServer';
import { RunPage } from './runPage';
import { type WindowOptions, Workbench } from './workbench';
import { Workspace } from './workspace';

/** What there is before a story begins. */
export interface StoryOptions {
  /** Files of the folder that is opened, by name; without them the window is empty. */
  files?: Readonly<Record<string, unknown>>;
  /** The folder's name. */
  folder?: string;
  /** Puts more into the folder than texts. */
  prepare?(workspace: Workspace): Promise<unknown>;
  /** The editor, once what it needs is there. */
  editor?: () => Omit<CodeServerOptions, 'workspace'>;
  window?: WindowOptions;
}

/** A window with what it shows, open while the story is told. */
export interface Story {
  workspace: Workspace;
  workbench: Workbench;
  /** The panel of a run. */
  run: RunPage;
  server: CodeServer;
}

/**
 * The tests of a describe block are one story in one window: after a step that failed, with a picture and an account of
 * what there was to see, the rest is skipped.
 */
export function tellStory(options: StoryOptions): Story {
  const workspace = new Workspace(options.files, options.folder);
  const workbench = new Workbench();
  const story = { workspace, workbench, run: new RunPage(workbench) } as Story;

  beforeAll(async () => {
    if (options.files) {
      await workspace.create();
      await options.prepare?.(workspace);
    }
    const folder = options.files && { workspace: workspace.folder };
    story.server = await startCodeServer({ ...options.editor?.(), ...folder });
    await workbench.open(story.server.url, options.window);
  });
  afterAll(async () => {
    await workbench.close();
    await story.server?.stop();
    await workspace.remove();
  });

  let failed: string | undefined;
  beforeEach((context) => context.skip(failed !== undefined, `after: ${failed}`));
  afterEach(async ({ task }) => {
    if (failed !== undefined || task.result?.state !== 'fail') return;
    failed = task.name;
    if (!workbench.isOpen) return;
    console.log(`What there was to see when “${failed}” failed:\n${await workbench.account()}`);
    await workbench.screenshot(`FAILED ${failed.replaceAll(/\W+/g, ' ').trim()}`);
  });
  return story;
}
