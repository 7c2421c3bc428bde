import { VolunteerId } from '@tabgrid/protocol/ids';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { createScheduler } from '@tabgrid/scheduler/scheduler';
import { MEDIAN_UNITS_PER_SECOND } from '@tabgrid/simulator/profile';
import { browser, desktop } from '@tabgrid/simulator/profiles';
import { simulate } from '@tabgrid/simulator/simulate';
import * as v from 'valibot';
import type { Asked, Ended } from './stream.js';
import { createWatch, type Sight } from './watch.js';

/** Runs of the simulator as streams: what the plain oracle's scheduler saw. */

const PROFILES = { browser, desktop };

export function* simulatedStream(profile: keyof typeof PROFILES, seeds: readonly number[]): Generator<Asked | Ended> {
  const oracle = createPlainOracle(() => MEDIAN_UNITS_PER_SECOND);
  const see = createWatch(oracle, { wallAtZero: 0, timeZoneMinutes: 0, usualLoad: () => null });
  for (const seed of seeds) {
    for (const sight of sightsOf(profile, seed)) yield* see(sight);
  }
}

/** @returns in the order in which they happened; volunteers are named by the seed too, and each world is a day after the last */
export function sightsOf(profile: keyof typeof PROFILES, seed: number): readonly Sight[] {
  const sights: Sight[] = [];
  const name = (id: VolunteerId) => v.parse(VolunteerId, `${seed}.${id}`);
  const assign = (effect: Effect, at: number): void => {
    if (effect.type === 'cancelAttempt') {
      sights.push({ type: 'cut', at, volunteer: name(effect.volunteer), attempt: effect.attempt });
    }
    if (effect.type !== 'sendTask') return;
    const { attempt, volunteer, task } = effect;
    sights.push({
      ...{ type: 'assigned', at, attempt, volunteer: name(volunteer), kernel: task.kernel, scene: null },
      units: task.workUnits,
      inputBytes: task.inputs.reduce((sum, { bytes }) => sum + bytes, 0),
      outputBytes: task.outputBytes,
    });
  };
  const day = seed * 86_400_000;
  let clock = 0;
  simulate(PROFILES[profile], seed, {
    policy: earliestFinish,
    create: (config, seeded) => {
      const scheduler = createScheduler(config, seeded);
      return {
        ...scheduler,
        handle(event, now) {
          clock = now;
          return scheduler.handle(event, now);
        },
      };
    },
    inspect(_, event, effects) {
      const sight = sightOf(event, day + clock);
      if (sight) sights.push({ ...sight, volunteer: name(sight.volunteer) });
      for (const effect of effects) assign(effect, day + clock);
    },
  });
  return sights;
}

function sightOf(event: SchedulerEvent, at: number): Sight | null {
  switch (event.type) {
    case 'volunteerJoined': {
      const { volunteer, capabilities, hidden } = event;
      return { type: 'joined', at, volunteer, capabilities, hidden, intensity: null };
    }
    case 'volunteerTold':
      return { type: 'told', at, volunteer: event.volunteer, hidden: event.hidden };
    case 'volunteerLeft':
      return { type: 'left', at, volunteer: event.volunteer };
    case 'roundTripMeasured':
      return { type: 'trip', at, volunteer: event.volunteer, ms: event.ms };
    case 'returned':
      return { type: 'returned', at, volunteer: event.volunteer, attempt: event.attempt, wallMs: event.stats.wallMs };
    default:
      return null;
  }
}
