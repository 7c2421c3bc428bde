import { createManualClock } from '@tabgrid/protocol/clock';
import { VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import type { Member } from './member.js';
import { createTally } from './tally.js';
import { capabilities } from './test-volunteer.js';

const id = v.parse(VolunteerId, 'v1');
const result = (samples: number) => ({
  volunteer: id,
  name: 'Ada',
  adapter: 'test',
  software: true,
  samples,
  units: 5 * samples,
  kernelMs: 10,
});
const member: Member = {
  id,
  ordinal: 0,
  session: id,
  name: 'Ada',
  invited: true,
  network: null,
  region: null,
  provider: null,
  capabilities: capabilities(),
  telemetry: { visibility: 'visible', paused: false, intensity: 1, battery: null, gpuBusyMs: 0 },
  link: null,
  path: 'direct',
  closedBytes: { to: 0, from: 0 },
};

it('counts running time without the rests, and the rate of the last seconds', async () => {
  const clock = createManualClock();
  const tally = createTally(clock, () => [], 500);
  tally.start();
  for (let i = 0; i < 20; i++) {
    await clock.advance(1000);
    tally.accepted(result(100));
  }
  expect(tally.wallMs()).toBe(20_500);
  expect(tally.rate().samples).toBeGreaterThan(95);
  expect(tally.rate().samples).toBeLessThan(115);
  expect(tally.rate().units).toBeCloseTo(5 * tally.rate().samples);
  // Nothing comes for a while: the rate falls.
  await clock.advance(20_000);
  expect(tally.rate().samples).toBe(0);
  tally.stop();
  await clock.advance(60_000);
  expect(tally.wallMs()).toBe(40_500);
  expect(tally.rate().samples).toBeCloseTo(2000 / 40.5);
  tally.start();
  await clock.advance(500);
  expect(tally.wallMs()).toBe(41_000);
  expect(tally.rows()).toMatchObject([{ volunteer: id, results: 20, samples: 2000, kernelMs: 200 }]);
});

it('counts bytes while the job runs and at no other time', () => {
  const clock = createManualClock();
  const moved = { ...member };
  const tally = createTally(clock, () => [moved]);
  moved.closedBytes = { to: 10, from: 1 };
  expect(tally.bytes(moved)).toEqual({ to: 0, from: 0 });
  tally.start();
  moved.closedBytes = { to: 110, from: 21 };
  expect(tally.bytes(moved)).toEqual({ to: 100, from: 20 });
  tally.stop();
  moved.closedBytes = { to: 1000, from: 1000 };
  expect(tally.bytes(moved)).toEqual({ to: 100, from: 20 });
  tally.start();
  moved.closedBytes = { to: 1001, from: 1001 };
  expect(tally.bytes(moved)).toEqual({ to: 101, from: 21 });
});

it('takes back what is not believed any more', () => {
  const clock = createManualClock();
  const tally = createTally(clock, () => []);
  tally.start();
  tally.accepted(result(100));
  tally.accepted(result(40));
  tally.retracted(result(100));
  expect(tally).toMatchObject({ samples: 40, results: 1, kernelMs: 10 });
  expect(tally.rows()).toMatchObject([{ results: 1, samples: 40, kernelMs: 10 }]);
});
