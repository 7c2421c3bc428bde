import type { Millis } from '@tabgrid/protocol/ids';

/**
 * The virtual clock: what happens next, and when.
 *
 * Invariants
 *  1. Time never goes back: something asked for in the past happens now.
 *  2. Things of one time happen in the order in which they were asked for, so that a run depends on nothing else.
 */
export interface Timeline {
  now(): Millis;
  at(time: Millis, happen: () => void): void;
  /**
   * Lets the next thing happen. @returns false when there is nothing left, or nothing at or before `until`: then it is `until`
   */
  step(until?: Millis): boolean;
  readonly isEmpty: boolean;
}

interface Entry {
  readonly time: Millis;
  readonly order: number;
  readonly happen: () => void;
}

const before = (a: Entry, b: Entry) => a.time < b.time || (a.time === b.time && a.order < b.order);

/** A binary heap. @param start of the clock */
export function createTimeline(start: Millis = 0): Timeline {
  const heap: Entry[] = [];
  let now = start;
  let asked = 0;

  const rise = (entry: Entry) => {
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const up = (i - 1) >>> 1;
      const parent = heap[up];
      if (!parent || !before(entry, parent)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = entry;
  };

  const sink = (entry: Entry) => {
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      let child = heap[down];
      if (!child) break;
      const right = heap[down + 1];
      if (right && before(right, child)) {
        child = right;
        down++;
      }
      if (!before(child, entry)) break;
      heap[i] = child;
      i = down;
    }
    heap[i] = entry;
  };

  return {
    now: () => now,
    at(time, happen) {
      rise({ time: Math.max(time, now), order: asked++, happen });
    },
    get isEmpty() {
      return heap.length === 0;
    },
    step(until = Number.POSITIVE_INFINITY) {
      const first = heap[0];
      if (first && first.time > until) {
        now = Math.max(now, until);
        return false;
      }
      const last = heap.pop();
      if (!first || !last) return false;
      if (heap.length > 0) sink(last);
      now = first.time;
      first.happen();
      return true;
    },
  };
}
