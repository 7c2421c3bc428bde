import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { RunEnd, VolunteerView } from '@tabgrid/scheduler/oracle';
import { balanceFeatures } from '../balance/features.js';
import { type BalancePeriod, loadVariance, rawReward, shapedReward } from '../balance/rewards.js';
import type { BalanceObservation } from '../observation.js';
import { type Recording, wallAt } from './grid.js';

/** Periods of a second: what each volunteer was advised to have, and what the second was worth. */
export interface Periods {
  ran(volunteer: VolunteerId, end: RunEnd): void;
  trip(volunteer: VolunteerId, ms: Millis): void;
  tick(now: Millis): void;
  close(): void;
}

const PERIOD_MS: Millis = 1_000;
/** A period that lasted longer was no period: the page slept. */
const LONGEST_MS: Millis = 3_000;
/** Of a larger grid, so many volunteers a period, in turn. */
const MOST_CHOICES = 64;

interface Choice {
  readonly volunteer: VolunteerId;
  readonly features: readonly number[];
  readonly action: number;
  readonly probability: number;
  readonly baselineMs: Millis | null;
  successes: number;
  failures: number;
  trips: number;
  tripMs: Millis;
}

interface Open {
  readonly from: Millis;
  readonly variance: number;
  readonly choices: ReadonlyMap<VolunteerId, Choice>;
}

export function createPeriods(grid: Recording): Periods {
  let open: Open | null = null;
  let turn = 0;

  const begin = (now: Millis, views: readonly VolunteerView[]): Open | null => {
    const pending = views[0]?.grid.waiting ?? 0;
    // Nothing is shared out where there is nothing to do.
    if (pending === 0 && views.every(({ inFlight }) => inFlight === 0)) return null;
    const choices = new Map<VolunteerId, Choice>();
    for (let i = 0; i < Math.min(MOST_CHOICES, views.length); i++) {
      const view = views[(turn + i) % views.length];
      if (!view) break;
      choices.set(view.id, {
        volunteer: view.id,
        features: balanceFeatures(view, pending, grid.context()),
        action: view.share.attempts,
        probability: view.share.probability,
        baselineMs: view.roundTrip?.meanMs ?? null,
        ...{ successes: 0, failures: 0, trips: 0, tripMs: 0 },
      });
    }
    turn += choices.size;
    return { from: now, variance: loadVariance(views), choices };
  };

  const end = ({ choices, variance }: Open, now: Millis, views: readonly VolunteerView[]): void => {
    const after = loadVariance(views);
    const byId = new Map(views.map((view) => [view.id, view]));
    const done = [...choices.values()].map((choice): BalanceObservation['choices'][number] => {
      const { features, action, probability, baselineMs, successes, failures, trips, tripMs } = choice;
      const period: BalancePeriod = {
        ...{ successes, failures, baselineMs },
        latencyMs: trips > 0 ? tripMs / trips : null,
        varianceBefore: variance,
        variance: after,
      };
      const view = byId.get(choice.volunteer);
      return {
        ...{ features, action, probability },
        next: view ? balanceFeatures(view, view.grid.waiting, grid.context()) : null,
        raw: rawReward(period),
        shaped: shapedReward(period),
      };
    });
    grid.emit({ type: 'balance', at: wallAt(grid.context(), now), choices: done });
  };

  return {
    ran(volunteer, how) {
      const choice = open?.choices.get(volunteer);
      if (!choice) return;
      if (how === 'returned') choice.successes++;
      else if (how !== 'cancelled') choice.failures++;
    },
    trip(volunteer, ms) {
      const choice = open?.choices.get(volunteer);
      if (!choice) return;
      choice.trips++;
      choice.tripMs += ms;
    },
    tick(now) {
      if (open && now - open.from < PERIOD_MS) return;
      const views = grid.views();
      if (open && now - open.from <= LONGEST_MS && open.choices.size > 0) end(open, now, views);
      open = begin(now, views);
    },
    close() {
      open = null;
    },
  };
}
