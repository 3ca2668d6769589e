import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';

/** What all nodes with the same operator and the same graph took together. */
export interface OperatorTime {
  operator: string;
  calls: number;
  seconds: number;
}

interface ProfileEvent {
  cat: string;
  /** Microseconds. */
  dur: number;
  args?: { op_name?: string };
}

/**
 * Lets onnxruntime write a profile of every session that is opened from now on. The answer ends the profiles and sums
 * them up, the slowest operators first.
 */
export async function profileSessions(folder: string): Promise<() => OperatorTime[]> {
  const runtime = await import('onnxruntime-node');
  const opened: InferenceSession[] = [];
  const create = runtime.InferenceSession.create.bind(runtime.InferenceSession) as (
    file: string,
    options: InferenceSession.SessionOptions,
  ) => Promise<InferenceSession>;
  Object.assign(runtime.InferenceSession, {
    create: async (file: string, options: InferenceSession.SessionOptions) => {
      const profileFilePrefix = join(folder, `session${opened.length}`);
      const session = await create(file, { ...options, enableProfiling: true, profileFilePrefix });
      opened.push(session);
      return session;
    },
  });
  return () => {
    for (const session of opened) session.endProfiling();
    const events = readdirSync(folder).flatMap(
      (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as ProfileEvent[],
    );
    return sumUp(events);
  };
}

function sumUp(events: readonly ProfileEvent[]): OperatorTime[] {
  const sums = new Map<string, OperatorTime>();
  for (const { cat, dur, args } of events) {
    const operator = args?.op_name;
    if (cat !== 'Node' || !operator) continue;
    const sum = sums.get(operator) ?? { operator, calls: 0, seconds: 0 };
    sums.set(operator, { operator, calls: sum.calls + 1, seconds: sum.seconds + dur / 1e6 });
  }
  return [...sums.values()].sort((a, b) => b.seconds - a.seconds);
}
