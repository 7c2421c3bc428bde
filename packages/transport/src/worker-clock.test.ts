import * as v from 'valibot';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './system-clock.js';
import { createWorkerClock, type TimerWorker } from './worker-clock.js';
import { TimerOrder } from './worker-clock-order.js';

const SOON = { timeout: 25_000, interval: 1 };

/** A Worker that the test is. */
function fakeWorker() {
  const orders: TimerOrder[] = [];
  let listener = (_: { readonly data: unknown }): void => {};
  const fake = {
    orders,
    terminated: false,
    tick: (data: unknown) => listener({ data }),
    worker: {
      postMessage: (order) => orders.push(v.parse(TimerOrder, order)),
      addEventListener(_, next) {
        listener = next;
      },
      terminate() {
        fake.terminated = true;
      },
    } satisfies TimerWorker as TimerWorker,
  };
  return fake;
}

describe('the worker clock', () => {
  it('calls back once when its Worker ticks', () => {
    const fake = fakeWorker();
    const clock = createWorkerClock(() => fake.worker);
    const a = vi.fn();
    const b = vi.fn();
    clock.after(100, a);
    clock.after(-5, b);
    expect(fake.orders).toEqual([
      { id: 0, delay: 100 },
      { id: 1, delay: 0 },
    ]);
    fake.tick(1);
    fake.tick(1);
    expect([a.mock.calls.length, b.mock.calls.length]).toEqual([0, 1]);
    fake.tick(0);
    expect(a).toHaveBeenCalledTimes(1);
  });

  it('never calls a cancelled timer, even when its tick is on its way', () => {
    const fake = fakeWorker();
    const clock = createWorkerClock(() => fake.worker);
    const a = vi.fn();
    const cancel = clock.after(100, a);
    cancel();
    cancel();
    fake.tick(0);
    expect(a).not.toHaveBeenCalled();
    expect(fake.orders).toEqual([
      { id: 0, delay: 100 },
      { id: 0, delay: null },
    ]);
  });

  it('cancels nothing after it has ticked', () => {
    const fake = fakeWorker();
    const clock = createWorkerClock(() => fake.worker);
    const cancel = clock.after(1, () => {});
    fake.tick(0);
    cancel();
    expect(fake.orders.length).toBe(1);
  });

  it('ignores what is no tick, and is silent after close', () => {
    const fake = fakeWorker();
    const clock = createWorkerClock(() => fake.worker);
    const a = vi.fn();
    clock.after(1, a);
    fake.tick('0');
    fake.tick(null);
    fake.tick(17);
    clock.close();
    fake.tick(0);
    expect(a).not.toHaveBeenCalled();
    expect(fake.terminated).toBe(true);
  });

  it('tells a time that does not run backwards', () => {
    const clock = createWorkerClock(() => fakeWorker().worker);
    const first = clock.now();
    expect(clock.now()).toBeGreaterThanOrEqual(first);
  });
});

describe('the clock’s Worker', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('ticks in the order of its timers, and not for one that was taken back', async () => {
    const ticks: unknown[] = [];
    let tell = (_: { data: unknown }): void => {};
    vi.stubGlobal('self', {
      addEventListener(_: string, listener: (event: { data: unknown }) => void) {
        tell = listener;
      },
      postMessage: (id: unknown) => ticks.push(id),
    });
    await import('./worker-clock-worker.js');
    tell({ data: { id: 1, delay: 8 } });
    tell({ data: { id: 2, delay: 0 } });
    tell({ data: { id: 3, delay: 4 } });
    tell({ data: { id: 3, delay: null } });
    tell({ data: { id: 4, delay: -1 } });
    tell({ data: 'nonsense' });
    await vi.waitFor(() => expect(ticks).toEqual([2, 1]), SOON);
  });
});

describe('the system clock', () => {
  it('calls back later, and not when cancelled', async () => {
    const never = vi.fn();
    const before = systemClock.now();
    systemClock.after(1, never)();
    await new Promise<void>((resolve) => {
      systemClock.after(2, resolve);
    });
    expect(never).not.toHaveBeenCalled();
    expect(systemClock.now()).toBeGreaterThan(before);
  });
});
