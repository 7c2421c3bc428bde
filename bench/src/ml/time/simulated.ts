import { AttemptId, VolunteerId } from '@tabgrid/protocol/ids';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { MEDIAN_UNITS_PER_SECOND } from '@tabgrid/simulator/profile';
import { browser, desktop } from '@tabgrid/simulator/profiles';
import { createSimulation } from '@tabgrid/simulator/simulate';
import * as v from 'valibot';
import { type Sight, sightsIn } from './sights.js';
import { type Asked, type Ended, streamOf } from './stream.js';

/** Runs of the simulator as streams: what the plain oracle's scheduler saw. */

const PROFILES = { browser, desktop };

export function* simulatedStream(profile: keyof typeof PROFILES, seeds: readonly number[]): Generator<Asked | Ended> {
  const oracle = createPlainOracle(() => MEDIAN_UNITS_PER_SECOND);
  for (const seed of seeds) yield* streamOf(sightsOf(profile, seed), oracle);
}

/** @returns in the order in which they happened; who and what is named by the seed too, and each world is a day after the last */
export function sightsOf(profile: keyof typeof PROFILES, seed: number): readonly Sight[] {
  const sights: Sight[] = [];
  const day = seed * 86_400_000;
  const simulation = createSimulation(PROFILES[profile], seed, {
    policy: earliestFinish,
    inspect: (scheduler, _, effects) =>
      sights.push(...sightsIn(effects, day + simulation.now, null, (id) => scheduler.view(id))),
  });
  while (simulation.step());
  simulation.outcome();
  return sights.map((sight) => apart(sight, seed));
}

/** Every world names its volunteers and attempts alike. */
function apart(sight: Sight, seed: number): Sight {
  const attempt = v.parse(AttemptId, `${seed}.${sight.attempt}`);
  if (sight.type === 'ended') return { ...sight, attempt };
  return { ...sight, attempt, view: { ...sight.view, id: v.parse(VolunteerId, `${seed}.${sight.view.id}`) } };
}
