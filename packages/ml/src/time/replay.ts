import type { VolunteerId } from '@tabgrid/protocol/ids';
import { type Normaliser, normalise } from '../nn/normaliser.js';
import type { Batch } from '../nn/trainer.js';

/** An outcome to learn from. */
export interface Row {
  readonly volunteer: VolunteerId;
  readonly features: Float32Array;
  /** In the net's units. */
  readonly target: number;
  /** It would have been more than `target`. */
  readonly censored: boolean;
}

/**
 * The last outcomes, to learn from more than once.
 *
 * Invariants
 *  1. At most `KEPT` rows, and once it is full one volunteer pushes out its own rows beyond a quarter of them.
 *  2. In a batch of four volunteers and more, none weighs more than about a quarter of all.
 */
export interface Replay {
  add(row: Row): void;
  readonly size: number;
  /**
   * Rows that were in no batch yet first, then any.
   * @param target what to aim at for a censored row
   * @param weight of a volunteer's rows before the shares are capped
   */
  batch(
    size: number,
    normaliser: Normaliser,
    random: () => number,
    target: (row: Row) => number,
    weight: (volunteer: VolunteerId) => number,
  ): Batch;
}

const KEPT = 4000;
const MOST_SHARE = 0.25;
/** Part of a batch that may be new rows. */
const NEW_SHARE = 0.25;

export function createReplay(): Replay {
  const rows: Row[] = [];
  const perVolunteer = new Map<VolunteerId, number>();
  let fresh = 0;

  const drop = (index: number): void => {
    const [row] = rows.splice(index, 1);
    if (!row) return;
    const left = (perVolunteer.get(row.volunteer) ?? 1) - 1;
    if (left > 0) perVolunteer.set(row.volunteer, left);
    else perVolunteer.delete(row.volunteer);
  };

  return {
    add(row) {
      if (rows.length >= KEPT) {
        const tooMany = (perVolunteer.get(row.volunteer) ?? 0) > KEPT * MOST_SHARE;
        drop(tooMany ? rows.findIndex(({ volunteer }) => volunteer === row.volunteer) : 0);
      }
      rows.push(row);
      perVolunteer.set(row.volunteer, (perVolunteer.get(row.volunteer) ?? 0) + 1);
      fresh = Math.min(rows.length, fresh + 1);
    },
    get size() {
      return rows.length;
    },
    batch(size, normaliser, random, target, weight) {
      const taken: Row[] = [];
      const news = Math.min(fresh, Math.floor(size * NEW_SHARE));
      for (let i = 0; i < size; i++) {
        const at = i < news ? rows.length - fresh + i : Math.floor(random() * rows.length);
        const row = rows[at];
        if (row) taken.push(row);
      }
      fresh -= news;
      const counts = new Map<VolunteerId, number>();
      for (const { volunteer } of taken) counts.set(volunteer, (counts.get(volunteer) ?? 0) + 1);
      const most = counts.size * MOST_SHARE < 1 ? taken.length : mostRows([...counts.values()]);
      const width = normaliser.mean.length;
      const inputs = new Float32Array(taken.length * width);
      const targets = new Float32Array(taken.length);
      const weights = new Float32Array(taken.length);
      for (const [i, row] of taken.entries()) {
        normalise(normaliser, row.features, inputs.subarray(i * width, (i + 1) * width));
        targets[i] = row.censored ? target(row) : row.target;
        weights[i] = weight(row.volunteer) * Math.min(1, most / (counts.get(row.volunteer) ?? 1));
      }
      return { size: taken.length, inputs, targets, weights };
    },
  };
}

/** So many rows of one volunteer are about a quarter of all, when nobody counts for more. */
function mostRows(counts: readonly number[]): number {
  let most = Number.POSITIVE_INFINITY;
  // Each cap makes the whole smaller; a few times are enough.
  for (let i = 0; i < 8; i++) {
    const whole = counts.reduce((sum, count) => sum + Math.min(count, most), 0);
    most = Math.max(1, whole * MOST_SHARE);
  }
  return most;
}
