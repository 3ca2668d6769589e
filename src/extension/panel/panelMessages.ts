import * as z from 'zod';
import type { FromPanel, PanelState } from '../../protocol/panel';
import { playgroundSchema } from '../../protocol/playground';
import { hardPromptSchema } from '../../protocol/requests';

const signal = <T extends string>(type: T) => z.strictObject({ type: z.literal(type) });

const MOST_NAME = 200;
/** Characters of an exported file: more than 100,000 predictions of long texts. */
const MOST_TEXT = 256 * 1024 * 1024;

/** What the page may send. */
export const fromPanelSchema: z.ZodType<FromPanel> = z.discriminatedUnion('type', [
  signal('ready'),
  signal('pause'),
  signal('continue'),
  signal('cancel'),
  signal('resume'),
  signal('evaluate'),
  signal('compare'),
  z.strictObject({ type: z.literal('openRow'), file: z.string().min(1), line: z.int().min(1) }),
  z.strictObject({ type: z.literal('openTask'), setting: z.string().max(MOST_NAME).optional() }),
  signal('openRunFolder'),
  signal('openLog'),
  signal('tuneAgain'),
  z.strictObject({ type: z.literal('selectRun'), folder: z.string().min(1) }),
  z.strictObject({
    type: z.literal('try'),
    id: z.number(),
    values: z.record(z.string(), z.string()),
    hardPrompt: hardPromptSchema,
  }),
  signal('stopTry'),
  z.strictObject({
    type: z.literal('takeRow'),
    file: z.string().min(1).optional(),
    row: z.int().min(1).optional(),
  }),
  z.strictObject({
    type: z.literal('keepPlayground'),
    folder: z.string().min(1),
    playground: playgroundSchema,
  }),
  z.strictObject({
    type: z.literal('export'),
    name: z.string().min(1).max(MOST_NAME),
    text: z.string().max(MOST_TEXT),
    encoding: z.literal('base64').optional(),
  }),
]);

/** What VS Code kept of the page; all that matters here is which run it showed. */
export const panelStateSchema: z.ZodType<Pick<PanelState, 'folder'>> = z
  .object({ folder: z.string().optional().catch(undefined) })
  .catch({});
