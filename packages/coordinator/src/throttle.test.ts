import { createManualClock } from '@tabgrid/protocol/clock';
import { expect, it } from 'vitest';
import { createThrottle } from './throttle.js';

it('calls back at most four times a second, and once more after the last change', async () => {
  const clock = createManualClock();
  const throttle = createThrottle(clock);
  const times: number[] = [];
  const stop = throttle.subscribe(() => times.push(clock.now()));
  for (let i = 0; i < 100; i++) {
    throttle.touch();
    await clock.advance(10);
  }
  await clock.advance(1000);
  expect(times).toEqual([0, 250, 500, 750, 1000]);
  throttle.touch();
  await clock.advance(0);
  expect(times).toHaveLength(6);
  stop();
  throttle.touch();
  await clock.advance(1000);
  expect(times).toHaveLength(6);
});

it('calls nobody back after it is closed', async () => {
  const clock = createManualClock();
  const throttle = createThrottle(clock);
  let calls = 0;
  throttle.subscribe(() => calls++);
  throttle.touch();
  throttle.close();
  await clock.advance(1000);
  expect(calls).toBe(0);
});
