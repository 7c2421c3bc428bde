import type { Millis } from '@tabgrid/protocol/ids';
import type { Results } from '@tabgrid/simulator/trace';

/**
 * Two recordings of one server may hold the same hours twice: what is trained on must not be what is tested on. They are known by
 * runs of gaps that are equal to the millisecond, at one shift of the clock.
 */

const RUN = 6;
/** Runs at one shift that are no accident. */
const LEAST_RUNS = 20;

/** What to add to times of `b` to get those of `a`; null when they share nothing. */
export function shiftBetween(a: Results, b: Results): Millis | null {
  const runs = new Map<string, Millis>();
  for (const [key, at] of runsOf(a)) runs.set(key, at);
  const shifts = new Map<Millis, number>();
  for (const [key, at] of runsOf(b)) {
    const other = runs.get(key);
    if (other === undefined) continue;
    const shift = Math.round(other - at);
    shifts.set(shift, (shifts.get(shift) ?? 0) + 1);
  }
  const [best] = [...shifts].sort((x, y) => y[1] - x[1]);
  return best && best[1] >= LEAST_RUNS ? best[0] : null;
}

/** `train` less all of the time that `test` covers; the same where they share nothing. */
export function without(train: Results, test: Results): { readonly results: Results; readonly removed: number } {
  const shift = shiftBetween(train, test);
  if (shift === null) return { results: train, removed: 0 };
  const times = [...test.values()].flat();
  const [from, until] = times.reduce(
    ([low, high], at) => [Math.min(low, at), Math.max(high, at)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const left = new Map<number, readonly Millis[]>();
  let removed = 0;
  for (const [volunteer, all] of train) {
    const kept = all.filter((at) => at - shift < from - 1 || at - shift > until + 1);
    removed += all.length - kept.length;
    if (kept.length > 0) left.set(volunteer, kept);
  }
  return { results: left, removed };
}

function* runsOf(results: Results): Generator<readonly [key: string, at: Millis]> {
  for (const times of results.values()) {
    for (let i = RUN; i < times.length; i++) {
      const from = times[i - RUN] ?? 0;
      const gaps = times.slice(i - RUN + 1, i + 1).map((at) => Math.round(at - from));
      yield [gaps.join(), from];
    }
  }
}
