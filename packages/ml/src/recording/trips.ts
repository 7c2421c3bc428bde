import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { latencyFeatures } from '../latency/features.js';
import type { TripObservation } from '../observation.js';
import { type Recording, wallAt } from './grid.js';

/**
 * Round trips. When one is told of, the statistics have it already: so each is held against what was said when the one before had
 * come in.
 */
export interface Trips {
  measured(now: Millis, volunteer: VolunteerId, ms: Millis): void;
  left(volunteer: VolunteerId): void;
}

type Said = Pick<TripObservation, 'features' | 'plain' | 'said'> & { readonly lastMs: Millis; readonly at: Millis };

/** A link that tells of the same trip with every result it brings tells nothing new. */
const LEAST_BETWEEN_MS: Millis = 500;

export function createTrips(grid: Recording): Trips {
  const saidOf = new Map<VolunteerId, Said>();
  return {
    measured(now, volunteer, ms) {
      const before = saidOf.get(volunteer);
      if (before && (before.lastMs === ms || now - before.at < LEAST_BETWEEN_MS)) return;
      if (before) {
        const { features, plain, said } = before;
        grid.emit({ type: 'trip', at: wallAt(grid.context(), now), volunteer, features, plain, said, ms });
      }
      const view = grid.view(volunteer);
      if (!view) return;
      saidOf.set(volunteer, {
        features: latencyFeatures(view, grid.context()),
        plain: both(grid.plain.roundTrip(view)),
        said: both(grid.learned().roundTrip(view)),
        lastMs: ms,
        at: now,
      });
    },
    left: (volunteer) => void saidOf.delete(volunteer),
  };
}

function both({ median, p95 }: TripObservation['plain']): TripObservation['plain'] {
  return { median, p95 };
}
