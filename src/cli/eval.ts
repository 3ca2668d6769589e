import { evaluateRun } from '../engine/evaluation/evaluateRun';
import type { CommandContext } from './context';
import type { ExitCode } from './exitCodes';
import { findRun } from './findRun';
import { interruptible } from './interrupts';
import { reportComparison } from './report';
import { RunEvents } from './runEvents';

/** `softprompt eval RUN [FILE]`. */
export async function evaluate(
  { terminal, cacheFolder, threads }: CommandContext,
  run: string,
  file: string | undefined,
): Promise<ExitCode> {
  const folder = await findRun(run);
  const events = new RunEvents(terminal);
  const controller = new AbortController();
  const stopping = {
    stop: () => controller.abort(),
    abandon: () => process.exit(130 satisfies ExitCode),
  };
  const { record, predictions } = await interruptible(stopping, () =>
    evaluateRun(folder, {
      file,
      cacheFolder,
      threads,
      signal: controller.signal,
      onEvent: (event) => events.show(event),
    }),
  );
  for (const prediction of predictions) terminal.json({ type: 'prediction', ...prediction });
  terminal.json({ type: 'result', folder, record });
  reportComparison(terminal, record, predictions);
  return 0;
}
