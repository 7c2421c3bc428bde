import { createManualClock } from '@tabgrid/protocol/clock';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPacer } from './pacer.js';

/** A GPU that runs slices of the given length one after the other, fed as fast as the pacer allows. */
async function feed(intensity: number, sliceMs: number, forMs: number, lateMs = 0) {
  const clock = createManualClock();
  // Timers that come late, as a hidden tab's do.
  const late = { now: clock.now, after: (ms: number, f: () => void) => clock.after(Math.max(ms, lateMs), f) };
  const pacer = createPacer(late, intensity);
  let freeAt = 0;
  let most = 0;
  let inFlight = 0;
  const feedOne = (): void => {
    void pacer.enter().then(() => {
      inFlight++;
      most = Math.max(most, inFlight);
      const ended = pacer.submitted();
      freeAt = Math.max(freeAt, clock.now()) + sliceMs;
      clock.after(freeAt - clock.now(), () => {
        inFlight--;
        ended();
      });
      feedOne();
    });
  };
  feedOne();
  await clock.advance(forMs);
  pacer.stop();
  return { busy: pacer.busyMs(), most };
}

it('serves those who go ahead before those who came first', async () => {
  const clock = createManualClock();
  const pacer = createPacer(clock, 1);
  const order: string[] = [];
  const enter = (name: string, ahead = false) => void pacer.enter(ahead).then(() => order.push(name));
  enter('a');
  enter('b');
  enter('c');
  enter('d', true);
  await Promise.resolve();
  await Promise.resolve();
  expect(order).toEqual(['a', 'b']);
  const ended = [pacer.submitted(), pacer.submitted()];
  for (const end of ended) end();
  await Promise.resolve();
  await Promise.resolve();
  expect(order).toEqual(['a', 'b', 'd', 'c']);
});

it('keeps two in flight at full intensity, and the GPU always busy', async () => {
  const { busy, most } = await feed(1, 40, 4000);
  expect(most).toBe(2);
  expect(busy).toBe(4000);
});

it.each([0.1, 0.25, 0.5, 0.8])('gives a share of %d', async (share) => {
  const { busy, most } = await feed(share, 40, 20_000);
  expect(most).toBe(1);
  expect(busy / 20_000).toBeGreaterThan(share - 0.03);
  expect(busy / 20_000).toBeLessThan(share + 0.03);
});

it('gives its share to a hidden tab too, whose timers fire once a second', async () => {
  const { busy } = await feed(0.5, 40, 60_000, 1000);
  expect(busy / 60_000).toBeGreaterThan(0.42);
  expect(busy / 60_000).toBeLessThan(0.53);
});

it('never exceeds the share by more than a slice and the idle credit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 10, max: 95 }), fc.integer({ min: 1, max: 200 }), async (percent, sliceMs) => {
      const { busy } = await feed(percent / 100, sliceMs, 3000);
      expect(busy).toBeLessThanOrEqual((3000 * percent) / 100 + sliceMs + 60);
    }),
    { numRuns: 40 },
  );
});

it('counts busy time as a union: overlapping submissions count once', async () => {
  const clock = createManualClock();
  const pacer = createPacer(clock, 1);
  await pacer.enter();
  const first = pacer.submitted();
  await clock.advance(10);
  await pacer.enter();
  const second = pacer.submitted();
  await clock.advance(20);
  expect(first()).toBe(30);
  await clock.advance(15);
  expect(second()).toBe(15);
  expect(pacer.busyMs()).toBe(45);
  await clock.advance(100);
  expect(pacer.busyMs()).toBe(45);
});

it('serves waiters in order, and goes on after one that was abandoned', async () => {
  const clock = createManualClock();
  const pacer = createPacer(clock, 1);
  const order: number[] = [];
  for (const i of [0, 1, 2, 3]) void pacer.enter().then(() => order.push(i));
  await clock.advance(0);
  expect(order).toEqual([0, 1]);
  pacer.abandon();
  await clock.advance(0);
  expect(order).toEqual([0, 1, 2]);
  pacer.submitted()();
  await clock.advance(0);
  expect(order).toEqual([0, 1, 2, 3]);
});

it('applies a changed intensity from the next submission on, even while it sleeps', async () => {
  const clock = createManualClock();
  const pacer = createPacer(clock, 0.1);
  await pacer.enter();
  const ended = pacer.submitted();
  await clock.advance(1000);
  ended();
  let entered = false;
  void pacer.enter().then(() => {
    entered = true;
  });
  await clock.advance(100);
  expect(entered).toBe(false);
  pacer.setIntensity(1);
  await clock.advance(0);
  expect(entered).toBe(true);
});
