import { FAILURE_FEATURES } from '@tabgrid/ml/failure/features';
import { HORIZON_MS } from '@tabgrid/ml/observation';
import { createRecorder } from '@tabgrid/ml/recorder';
import { type Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { MEDIAN_UNITS_PER_SECOND, type Profile } from '@tabgrid/simulator/profile';
import { createSimulation } from '@tabgrid/simulator/simulate';
import * as v from 'valibot';
import type { TraceLook } from './trace-looks.js';

/** Looks at simulated volunteers while they work, every ten seconds of a session's age, as a page makes them. */

/** Between the beginnings of two worlds. */
const WEEK_MS: Millis = 7 * 86_400_000;

const RECENCY = FAILURE_FEATURES.indexOf('since a result, while at work');

/** @param seeds of the worlds, which follow one another */
export function simulatedLooks(profile: Profile, seeds: readonly number[]): readonly TraceLook[] {
  const plain = createPlainOracle(() => MEDIAN_UNITS_PER_SECOND);
  const looks: TraceLook[] = [];
  for (const seed of seeds) {
    const wallAtZero = WEEK_MS * seed;
    const context = { wallAtZero, timeZoneMinutes: 0, usualLoad: () => null };
    const simulation = createSimulation(profile, seed, {
      policy: earliestFinish,
      inspect: (_, event, effects) => recorder.handled(simulation.now, event, effects),
    });
    const recorder = createRecorder({
      view: (id) => simulation.scheduler.view(id),
      views: () => simulation.scheduler.views(),
      plain,
      learned: () => plain,
      context: () => context,
      emit(observation) {
        if (observation.type !== 'presence') return;
        const { at, watchedMs, left, features } = observation;
        const now = at - watchedMs;
        // Before the job nobody has anything to do.
        if (now < wallAtZero + simulation.beginsAt) return;
        looks.push({
          now,
          recencyMs: 1000 * Math.expm1(features[RECENCY] ?? 0),
          left: left || watchedMs >= HORIZON_MS ? left : null,
          observation: { ...observation, volunteer: v.parse(VolunteerId, `${seed}.${observation.volunteer}`) },
        });
      },
    });
    while (simulation.step());
    recorder.close(simulation.now);
    simulation.outcome();
  }
  return looks.sort((a, b) => a.now - b.now);
}
