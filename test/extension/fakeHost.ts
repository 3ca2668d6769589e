import type { RunEvent } from '../../src/protocol/runs';
import { EventEmitter } from './fakeVscode';

/** A host that answers when the test says so. */
export class FakeHost {
  readonly asked: {
    method: string;
    params: unknown;
    signal?: AbortSignal;
    answer(result: unknown): void;
    fail(e: Error): void;
  }[] = [];
  readonly notifications = new EventEmitter<{ name: string; value: unknown }>();
  readonly states = new EventEmitter<string>();
  state = 'ready';
  on(name: string, listener: (value: never) => void) {
    return this.notifications.event((told) => told.name === name && listener(told.value as never));
  }
  onState = this.states.event;
  request(method: string, params: unknown, signal?: AbortSignal): Promise<unknown> {
    return new Promise((answer, fail) => this.asked.push({ method, params, signal, answer, fail }));
  }
  hear(event: RunEvent, folder: string): void {
    this.notifications.fire({ name: 'run/event', value: { folder, event } });
  }
  last(method: string) {
    const found = this.asked.findLast((request) => request.method === method);
    if (!found) throw new Error(`${method} was not asked.`);
    return found;
  }
}
