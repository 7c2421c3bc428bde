import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';

/** Who takes part in a picture that a person waits for, and with how much of it. */

export interface Sharer {
  readonly volunteer: VolunteerId;
  /** Beside its part's own time: the way there and back, what runs on it, what it has to fetch first. */
  readonly fixedMs: Millis;
  /** A work unit on it, and its part of the result on the way back. Above 0. */
  readonly unitMs: Millis;
}

export interface Sharing {
  /** The largest first; they add up to 1. */
  readonly parts: readonly { readonly volunteer: VolunteerId; readonly share: number }[];
  /** When all parts would be here, from now. */
  readonly ms: Millis;
  /** Of that, the work: what it would be without any way. */
  readonly workMs: Millis;
}

/**
 * Shares work out so that all parts are here at one time, which is then the soonest one (divisible load theory; here by filling
 * up, from the shortest way on). Whoever is so far away that its part would come later than everything does without it has no
 * part: the round trip alone decides that, not the speed.
 * @param leastShare smaller parts are not worth a message: who would get one gets none
 */
export function shareOut(sharers: readonly Sharer[], units: number, leastShare = 0): Sharing {
  const near = [...sharers].sort((a, b) => a.fixedMs - b.fixedMs);
  for (;;) {
    const { taking, ms, workMs } = fill(near, units);
    const parts = taking
      .map(({ volunteer, fixedMs, unitMs }) => ({ volunteer, share: (ms - fixedMs) / unitMs / units }))
      .sort((a, b) => b.share - a.share);
    const last = parts.at(-1);
    if (!last || parts.length === 1 || last.share >= leastShare) return { parts, ms, workMs };
    near.splice(
      near.findIndex(({ volunteer }) => volunteer === last.volunteer),
      1,
    );
  }
}

/** @param near by `fixedMs`, ascending */
function fill(near: readonly Sharer[], units: number): Omit<Sharing, 'parts'> & { readonly taking: readonly Sharer[] } {
  let speed = 0;
  let before = 0;
  let ms = Number.POSITIVE_INFINITY;
  let count = 0;
  for (const { fixedMs, unitMs } of near) {
    if (fixedMs >= ms) break;
    speed += 1 / unitMs;
    before += fixedMs / unitMs;
    ms = (units + before) / speed;
    count++;
  }
  return { taking: near.slice(0, count), ms, workMs: units / speed };
}
