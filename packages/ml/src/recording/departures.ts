import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { bondsOf } from '../assignment/bonds.js';
import { HORIZON_MS } from '../observation.js';
import { type Recording, wallAt } from './grid.js';

/** Who leaves together with whom: each departure, and which of the others then left within the horizon. */
export interface Departures {
  joined(volunteer: VolunteerId): void;
  left(now: Millis, volunteer: VolunteerId): void;
  tick(now: Millis): void;
  /** What is not a horizon old yet is known by half, and dropped. */
  close(): void;
}

/** Of the others; of a larger grid so many are looked at, evenly spread over those present. */
const MOST_OTHERS = 64;
/** At a moment when a whole grid leaves. */
const MOST_OPEN = 512;

interface Open {
  readonly from: Millis;
  readonly others: Map<VolunteerId, { readonly bonds: number; left: boolean }>;
}

export function createDepartures(grid: Recording): Departures {
  const present = new Set<VolunteerId>();
  let open: Open[] = [];

  const settle = (now: Millis): void => {
    while (open[0] && now - open[0].from >= HORIZON_MS) {
      const [first, ...rest] = open;
      open = rest;
      const at = wallAt(grid.context(), first.from);
      if (first.others.size > 0) grid.emit({ type: 'departure', at, others: [...first.others.values()] });
    }
  };

  return {
    joined: (volunteer) => void present.add(volunteer),
    left(now, volunteer) {
      settle(now);
      present.delete(volunteer);
      for (const { others } of open) {
        const other = others.get(volunteer);
        if (other) other.left = true;
      }
      const gone = grid.view(volunteer);
      if (!gone || open.length >= MOST_OPEN) return;
      const every = Math.max(1, Math.ceil(present.size / MOST_OTHERS));
      const others: Open['others'] = new Map();
      let place = 0;
      for (const id of present) {
        const view = place++ % every === 0 ? grid.view(id) : null;
        if (view) others.set(id, { bonds: bondsOf(gone, view), left: false });
      }
      open.push({ from: now, others });
    },
    tick: settle,
    close() {
      open = [];
      present.clear();
    },
  };
}
