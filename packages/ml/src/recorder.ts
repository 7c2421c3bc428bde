import type { Millis } from '@tabgrid/protocol/ids';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import { assignments } from './recording/assignments.js';
import { createConditions } from './recording/conditions.js';
import { createDepartures } from './recording/departures.js';
import type { Recording } from './recording/grid.js';
import { createPeriods } from './recording/periods.js';
import { createPresence } from './recording/presence.js';
import { createRuns } from './recording/runs.js';
import { createTrips } from './recording/trips.js';

/**
 * Watches a scheduler and makes observations of what it does: the same in a page and in the simulator.
 *
 * 1. It changes nothing: no event, no draw of chance.
 * 2. What it holds is bounded by who is there and what is under way, and a turn does a bounded amount of work.
 * 3. Predictions are taken when they are asked for, before their outcome is known.
 */
export interface Recorder {
  /** The scheduler has handled an event; its views are those after it. @param now the scheduler's time */
  handled(now: Millis, event: SchedulerEvent, effects: readonly Effect[]): void;
  /** Time goes on without events: about once a second. */
  tick(now: Millis): void;
  /** Nobody looks any more: what is still open ends as censored. */
  close(now: Millis): void;
}

export function createRecorder(grid: Recording): Recorder {
  const runs = createRuns(grid);
  const presence = createPresence(grid);
  const trips = createTrips(grid);
  const departures = createDepartures(grid);
  const periods = createPeriods(grid);
  const conditions = createConditions(grid);

  const hear = (now: Millis, event: SchedulerEvent): void => {
    switch (event.type) {
      case 'volunteerJoined':
        presence.joined(now, event.volunteer);
        departures.joined(event.volunteer);
        return;
      case 'volunteerLeft':
        presence.left(now, event.volunteer);
        departures.left(now, event.volunteer);
        trips.left(event.volunteer);
        return;
      case 'roundTripMeasured':
        periods.trip(event.volunteer, event.ms);
        trips.measured(now, event.volunteer, event.ms);
        return;
    }
  };

  const follow = (now: Millis, effects: readonly Effect[]): void => {
    for (const effect of effects) {
      if (effect.type !== 'ran') continue;
      runs.ran(now, effect.attempt, effect.end, effect.ms);
      periods.ran(effect.volunteer, effect.end);
    }
    for (const effect of effects) {
      if (effect.type === 'cancelAttempt' || effect.type === 'reject') runs.over(effect.attempt);
    }
    for (const assignment of assignments(effects, grid.view)) runs.sent(assignment);
  };

  const tick = (now: Millis): void => {
    presence.tick(now);
    departures.tick(now);
    periods.tick(now);
    conditions.tick(now);
  };

  return {
    handled(now, event, effects) {
      follow(now, effects);
      hear(now, event);
      tick(now);
    },
    tick,
    close(now) {
      presence.close(now);
      departures.close();
      periods.close();
    },
  };
}
