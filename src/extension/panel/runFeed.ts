import type { RunDetail, RunEvent } from '../../protocol/runs';

/**
 * A run's events come twice: from its file when it is opened, and from the host while it lives. The feed joins the two
 * so that none is lost and none shown twice, whichever comes first.
 */
export class RunFeed {
  #known: Set<string> | null = null;
  #early: RunEvent[] = [];

  /** Takes the run as read from disk, and adds what was heard while it was being read. */
  open(detail: RunDetail): RunDetail {
    this.#known = new Set(detail.events.map(key));
    const missed = this.take(this.#early);
    this.#early = [];
    return { ...detail, events: [...detail.events, ...missed] };
  }

  /** The events that are new; before `open` they are kept for it. */
  take(events: readonly RunEvent[]): RunEvent[] {
    const known = this.#known;
    if (!known) {
      this.#early.push(...events);
      return [];
    }
    return events.filter((event) => {
      const name = key(event);
      if (known.has(name)) return false;
      known.add(name);
      return true;
    });
  }
}

function key(event: RunEvent): string {
  const { type, time, ...rest } = event;
  return `${type} ${time} ${'step' in rest ? rest.step : JSON.stringify(rest)}`;
}
