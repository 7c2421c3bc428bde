import { createManualClock } from '@tabgrid/protocol/clock';
import { expect, it } from 'vitest';
import { claimName } from './claim.js';

/** Locks of one browser, as pages see them. */
function createLocks(): { locks: Pick<LockManager, 'request'>; release(name: string): void } {
  const queues = new Map<string, (() => void)[]>();
  const locks: Pick<LockManager, 'request'> = {
    request(name: string, ...rest: unknown[]) {
      const [options, callback] = rest;
      if (typeof callback !== 'function' || typeof options !== 'object' || options === null)
        throw new Error('a signal');
      const signal = 'signal' in options && options.signal instanceof AbortSignal ? options.signal : null;
      return new Promise<never>((_, reject) => {
        const queue = queues.get(name) ?? [];
        queues.set(name, queue);
        const grant = () => void callback({ name, mode: 'exclusive' });
        queue.push(grant);
        if (queue.length === 1) grant();
        signal?.addEventListener('abort', () => {
          const at = queue.indexOf(grant);
          if (at > 0) queue.splice(at, 1);
          reject(new DOMException('given up', 'AbortError'));
        });
      });
    },
  };
  return {
    locks,
    release(name) {
      const queue = queues.get(name);
      queue?.shift();
      queue?.[0]?.();
    },
  };
}

it('is granted to one page at a time, by name', async () => {
  const clock = createManualClock();
  const { locks } = createLocks();
  expect(await claimName(locks, clock, 'journal')).toBe(true);
  expect(await claimName(locks, clock, 'other')).toBe(true);
  const second = claimName(locks, clock, 'journal');
  await clock.advance(2_000);
  expect(await second).toBe(false);
});

it('passes to a page that comes while the one before is still going', async () => {
  const clock = createManualClock();
  const { locks, release } = createLocks();
  await claimName(locks, clock, 'journal');
  const second = claimName(locks, clock, 'journal');
  await clock.advance(500);
  release('journal');
  expect(await second).toBe(true);
  // Its time limit does not take it away again.
  await clock.advance(10_000);
  const third = claimName(locks, clock, 'journal');
  await clock.advance(2_000);
  expect(await third).toBe(false);
});

it('is granted where a browser has no locks, and not where it refuses them', async () => {
  const clock = createManualClock();
  expect(await claimName(undefined, clock, 'journal')).toBe(true);
  const blocked: Pick<LockManager, 'request'> = {
    request: () => Promise.reject(new DOMException('not here', 'SecurityError')),
  };
  expect(await claimName(blocked, clock, 'journal')).toBe(false);
});
