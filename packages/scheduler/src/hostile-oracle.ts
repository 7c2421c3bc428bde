import type { Oracle, Share } from './oracle.js';

/** For tests: an oracle that answers whatever cannot be, the same for the same question. */

const WEIRD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 1e300, 0, 7, 0.5] as const;

/** One of the weird numbers, by what was asked. */
const weird = (...asked: readonly number[]): number => {
  let hash = 0x811c_9dc5;
  for (const x of asked) hash = Math.imul(hash ^ Math.round(x * 1000), 0x0100_0193);
  return WEIRD[(hash >>> 8) % WEIRD.length] ?? 0;
};

export function createHostileOracle(): Oracle {
  return {
    duration(v, t) {
      if (weird(v.now, 1) === 7) throw new Error('no answer');
      const of = (salt: number) => weird(v.now, v.ageMs, t.workUnits, salt);
      return { p025: of(2), median: of(3), p975: of(4) };
    },
    failure: (v, within) => weird(v.now, v.ageMs, within),
    roundTrip: (v) => ({ median: weird(v.now, v.ageMs, 5), p95: weird(v.now, v.ageMs, 6) }),
    together: (a, b) => weird(a.now, a.ageMs, b.ageMs),
    advice: {
      share: (volunteers, pending, u) =>
        new Map(
          volunteers.map(({ id, now }): [typeof id, Share] => [
            id,
            { attempts: weird(now, pending, u.next()), probability: weird(now, u.next()) },
          ]),
        ),
    },
  };
}
