import { createManualClock } from '@tabgrid/protocol/clock';
import { expect, it } from 'vitest';
import { createPaintLoop, PAINT_GAP_MS } from './paint-loop.js';

it('paints the first change at once and later ones at most once a gap', async () => {
  const clock = createManualClock();
  const times: number[] = [];
  const loop = createPaintLoop(clock, () => {
    times.push(clock.now());
    return false;
  });
  for (let ms = 0; ms < 1000; ms += 10) {
    loop.request();
    await clock.advance(10);
  }
  await clock.advance(1000);
  expect(times).toEqual([0, 250, 500, 750, 1000]);
});

it('goes on by itself while there is more to do, and then rests', async () => {
  const clock = createManualClock();
  let left = 3;
  const loop = createPaintLoop(clock, () => --left > 0);
  loop.request();
  await clock.advance(PAINT_GAP_MS * 10);
  expect(left).toBe(0);
});

it('paints nothing after it was stopped', async () => {
  const clock = createManualClock();
  let painted = 0;
  const loop = createPaintLoop(clock, () => {
    painted++;
    return true;
  });
  loop.request();
  loop.stop();
  loop.request();
  await clock.advance(PAINT_GAP_MS * 4);
  expect(painted).toBe(1);
});

it('paints at once for somebody who is waiting, and then keeps its gap again', async () => {
  const clock = createManualClock();
  const times: number[] = [];
  const loop = createPaintLoop(clock, () => {
    times.push(clock.now());
    return false;
  });
  loop.request();
  await clock.advance(10);
  loop.request();
  loop.now();
  await clock.advance(10);
  loop.now();
  loop.request();
  await clock.advance(1000);
  expect(times).toEqual([0, 10, 20, 270]);
  loop.stop();
  loop.now();
  expect(times).toHaveLength(4);
});
