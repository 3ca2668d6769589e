// Frame time of the run panel in Chromium while a run trains: npm run bench:panel -- [--steps 10000] [--rate 10] [--seconds 8]
// A frame's work is what the page's thread does for it: taking the message in, drawing, style, layout and paint. On a
// machine that others use too, the thread's processor time (from Chromium's trace) tells more than the clock.
import { parseArgs } from 'node:util';
import { canShowPages } from '../test/chromium';
import { type Panel, startHarness } from '../test/webview/harness';
import { chooseFromMenu } from '../test/webview/states';
import { liveSteps, syntheticRun } from '../test/webview/syntheticRun';
import { atShare } from './compare/statistics';

const BUDGET = 16; // ms

interface Frames {
  /** Work of the frames in which something changed, in ms. */
  work: number[];
  /** Of it, what taking the message in took. */
  messages: number[];
  /** From one frame to the next. */
  intervals: number[];
  /** Tasks of more than 50 ms. */
  longTasks: number[];
}

/** Processor time of each frame's drawing, style, layout, paint and commit on the page's thread, in ms. */
async function traced<T>(panel: Panel, work: () => Promise<T>): Promise<{ result: T; processor: number[] }> {
  const session = await panel.page.context().newCDPSession(panel.page);
  const processor: number[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const { name, ph, tdur } of value as { name?: string; ph?: string; tdur?: number }[])
      if (name === 'ProxyMain::BeginMainFrame' && ph === 'X' && tdur) processor.push(tdur / 1000);
  });
  const traceConfig = { includedCategories: ['cc'], excludedCategories: ['*'] };
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  const result = await work();
  const complete = new Promise((done) => session.once('Tracing.tracingComplete', done));
  await session.send('Tracing.end');
  await complete;
  return { result, processor };
}

async function measure(panel: Panel, folder: string, from: number, rate: number, seconds: number) {
  const bundles = Array.from({ length: rate * seconds }, (_, i) => liveSteps(from + i, 1));
  return panel.page.evaluate(
    async ([folder, bundles, rate]): Promise<Frames> => {
      const frames: Frames = { work: [], messages: [], intervals: [], longTasks: [] };
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) frames.longTasks.push(duration);
      }).observe({ entryTypes: ['longtask'] });
      const afterFrame = new MessageChannel();
      let pending = 0;
      let last = performance.now();
      let running = true;
      let started = 0;
      afterFrame.port1.onmessage = () => {
        if (pending > 0) frames.work.push(pending + performance.now() - started);
        pending = 0;
      };
      // Asked for in the frame before, so it runs before the page's own drawing; the message comes after painting.
      const tick = () => {
        started = performance.now();
        frames.intervals.push(started - last);
        last = started;
        if (running) requestAnimationFrame(tick);
        afterFrame.port2.postMessage(0);
      };
      requestAnimationFrame(tick);
      for (const events of bundles) {
        const due = performance.now() + 1000 / rate;
        const before = performance.now();
        window.dispatchEvent(new MessageEvent('message', { data: { type: 'events', folder, events } }));
        frames.messages.push(performance.now() - before);
        pending += performance.now() - before;
        await new Promise((done) => setTimeout(done, due - performance.now()));
      }
      running = false;
      return frames;
    },
    [folder, bundles, rate] as const,
  );
}

function line(name: string, values: readonly number[]): string {
  const figures = [0.5, 0.95, 1].map((share) => atShare(values, share).toFixed(1).padStart(7));
  return `${name.padEnd(34)}${figures.join('')}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string', default: '10000' },
      rate: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '8' },
    },
  });
  if (!canShowPages) throw new Error('This measurement needs Chromium.');
  const [steps, rate, seconds] = [Number(values.steps), Number(values.rate), Number(values.seconds)];
  const harness = await startHarness();
  console.log(`${steps} steps shown, ${rate} updates a second for ${seconds} s; ms: median, 95 %, most`);
  try {
    for (const table of [false, true]) {
      const panel = await harness.open();
      const detail = syntheticRun({ state: 'training', step: 0, steps: 2 * steps });
      detail.events.push(...liveSteps(1, steps));
      await panel.send({ type: 'run', detail });
      if (table) await chooseFromMenu(panel, 'Training loss', 'Show as table');
      await measure(panel, detail.folder, steps + 1, rate, 2);
      const first = steps + 1 + 2 * rate;
      const frames = await measure(panel, detail.folder, first, rate, seconds);
      const { processor } = await traced(panel, () =>
        measure(panel, detail.folder, first + rate * seconds, rate, seconds),
      );
      console.log(table ? '\nthe loss as a table' : '\nall charts');
      console.log(line('  work of a frame with an update', frames.work));
      console.log(line('  of it, taking the message in', frames.messages));
      console.log(line('  processor time of a frame', processor));
      console.log(line('  from frame to frame', frames.intervals));
      console.log(`  tasks above 50 ms: ${frames.longTasks.length}`);
      const over = frames.work.filter((one) => one > BUDGET).length;
      console.log(`  frames above ${BUDGET} ms: ${over} of ${frames.work.length}`);
      await panel.close();
    }
  } finally {
    await harness.close();
  }
}

void main();
