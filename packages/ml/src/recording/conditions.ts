import type { Millis } from '@tabgrid/protocol/ids';
import { type Recording, wallAt } from './grid.js';

/** How the grid is, once a minute while somebody is there. */
export interface Conditions {
  tick(now: Millis): void;
}

const EVERY_MS: Millis = 60_000;

export function createConditions(grid: Recording): Conditions {
  let last: Millis | null = null;
  return {
    tick(now) {
      last ??= now;
      if (now - last < EVERY_MS) return;
      last = now;
      const views = grid.views();
      const [first] = views;
      if (!first) return;
      const { volunteers, busyShare, waiting } = first.grid;
      grid.emit({
        ...{ type: 'conditions', at: wallAt(grid.context(), now), volunteers, busyShare, waiting },
        roundTripMs: median(views.flatMap(({ roundTrip }) => (roundTrip ? [roundTrip.meanMs] : []))),
        jitterMs: median(views.flatMap(({ link }) => (link ? [link.jitterMs] : []))),
        lateShare: median(views.flatMap(({ link }) => (link ? [link.lateShare] : []))),
      });
    },
  };
}

function median(values: readonly number[]): number | null {
  const finite = values.filter(Number.isFinite).sort((a, b) => a - b);
  return finite[finite.length >> 1] ?? null;
}
