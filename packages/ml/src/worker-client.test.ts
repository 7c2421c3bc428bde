import * as Comlink from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import type { LearnerApi, Start } from './worker-api.js';
import { createLearnerWorker, type LearnerWorker } from './worker-client.js';

const channels: MessageChannel[] = [];
afterEach(() => {
  for (const { port1, port2 } of channels.splice(0)) {
    port1.close();
    port2.close();
  }
});

/** A Worker that is in this thread. */
function fakeWorker(api: Partial<LearnerApi>) {
  const channel = new MessageChannel();
  channels.push(channel);
  const { port1, port2 } = channel;
  Comlink.expose(api, port2);
  const events = new EventTarget();
  let terminated = 0;
  const worker: LearnerWorker = {
    postMessage: (message, transfer) => port1.postMessage(message, transfer ?? []),
    addEventListener(type, listener, options) {
      (type === 'error' ? events : port1).addEventListener(type, listener, options);
    },
    removeEventListener: (type, listener, options) => port1.removeEventListener(type, listener, options),
    start: () => port1.start(),
    terminate: () => void terminated++,
  };
  return { worker, fail: (event: Event) => events.dispatchEvent(event), terminated: () => terminated };
}

const START: Start = { seed: 1, context: { wallAtZero: 0, timeZoneMinutes: 0 }, brain: null, kept: [], backend: null };

describe('createLearnerWorker', () => {
  it('starts a Worker with the first question only', async () => {
    let spawned = 0;
    const { worker } = fakeWorker({ learn: () => Promise.reject(new Error('asked')) });
    const client = createLearnerWorker(() => {
      spawned++;
      return worker;
    });
    expect(spawned).toBe(0);
    await expect(client.learn([])).rejects.toThrow('asked');
    await expect(client.learn([])).rejects.toThrow('asked');
    expect(spawned).toBe(1);
  });

  it('rejects what is under way and all that comes when the Worker dies', async () => {
    const { worker, fail, terminated } = fakeWorker({ start: () => new Promise(() => {}) });
    const client = createLearnerWorker(() => worker);
    const waiting = client.start(START);
    fail(Object.assign(new Event('error'), { message: 'boom' }));
    await expect(waiting).rejects.toThrow('boom');
    await expect(client.learn([])).rejects.toThrow('boom');
    expect(terminated()).toBe(1);
  });

  it('ends the Worker', async () => {
    const { worker, terminated } = fakeWorker({ learn: () => Promise.reject(new Error('x')) });
    const client = createLearnerWorker(() => worker);
    await expect(client.learn([])).rejects.toThrow();
    client.close();
    expect(terminated()).toBe(1);
  });
});
