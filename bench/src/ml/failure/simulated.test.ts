import { HORIZON_MS } from '@tabgrid/ml/observation';
import { telemetry } from '@tabgrid/simulator/profiles';
import { expect, it } from 'vitest';
import { simulatedLooks } from './simulated.js';

it('looks at everybody while they work, and knows afterwards who left', () => {
  const looks = simulatedLooks(telemetry, [1, 2]);
  expect(looks.length).toBeGreaterThan(1000);
  expect(looks.map(({ now }) => now)).toEqual(looks.map(({ now }) => now).sort((a, b) => a - b));
  // Volunteers of two worlds are not the same, though both call them alike.
  const worlds = new Set(looks.map(({ observation: { volunteer } }) => volunteer.split('.')[0]));
  expect([...worlds].sort()).toEqual(['1', '2']);
  for (const { left, observation } of looks) {
    if (left === null) expect(observation).toMatchObject({ left: false });
    if (left === true) expect(observation.left).toBe(true);
    if (left === false) expect(observation.watchedMs).toBe(HORIZON_MS);
  }
  const known = looks.filter(({ left }) => left !== null);
  const share = known.filter(({ left }) => left).length / known.length;
  expect(share).toBeGreaterThan(0.1);
  expect(share).toBeLessThan(0.6);
  // Who is busy has results behind it, some fresher than others.
  expect(Math.max(...looks.map(({ recencyMs }) => recencyMs))).toBeGreaterThan(10_000);
});
