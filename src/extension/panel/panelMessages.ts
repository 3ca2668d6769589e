import * as z from 'zod/mini';
import type { FromPanel, PanelState } from '../../protocol/panel';
import { playgroundSchema } from '../../protocol/playground';
import { hardPromptSchema } from '../../protocol/requests';

const signal = <T extends string>(type: T) => z.strictObject({ type: z.literal(type) });

const MOST_NAME = 200;
/** Characters of an exported file: more than 100,000 predictions of long texts. */
const MOST_TEXT = 256 * 1024 * 1024;

/** What the page may send. */
export const fromPanelSchema: z.ZodMiniType<FromPanel> = z.discriminatedUnion('type', [
  signal('ready'),
  signal('pause'),
  signal('continue'),
  signal('cancel'),
  signal('resume'),
  signal('evaluate'),
  signal('compare'),
  z.strictObject({
    type: z.literal('openRow'),
    file: z.string().check(z.minLength(1)),
    line: z.int().check(z.gte(1)),
  }),
  z.strictObject({
    type: z.literal('openTask'),
    setting: z.optional(z.string().check(z.maxLength(MOST_NAME))),
  }),
  z.strictObject({ type: z.literal('openRunFolder'), part: z.optional(z.literal('adapter')) }),
  signal('openLog'),
  signal('tuneAgain'),
  z.strictObject({ type: z.literal('selectRun'), folder: z.string().check(z.minLength(1)) }),
  z.strictObject({
    type: z.literal('try'),
    id: z.number(),
    values: z.record(z.string(), z.string()),
    hardPrompt: hardPromptSchema,
  }),
  signal('stopTry'),
  signal('pullModel'),
  z.strictObject({
    type: z.literal('takeRow'),
    file: z.optional(z.string().check(z.minLength(1))),
    row: z.optional(z.int().check(z.gte(1))),
  }),
  z.strictObject({
    type: z.literal('keepPlayground'),
    folder: z.string().check(z.minLength(1)),
    playground: playgroundSchema,
  }),
  z.strictObject({
    type: z.literal('export'),
    name: z.string().check(z.minLength(1), z.maxLength(MOST_NAME)),
    text: z.string().check(z.maxLength(MOST_TEXT)),
    encoding: z.optional(z.literal('base64')),
  }),
]);

/** What VS Code kept of the page; all that matters here is which run it showed. */
export const panelStateSchema: z.ZodMiniType<Pick<PanelState, 'folder'>> = z.catch(
  z.object({ folder: z.catch(z.optional(z.string()), undefined) }),
  {},
);
