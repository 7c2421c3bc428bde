import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { Advice, Oracle, Share, VolunteerView } from './oracle.js';
import type { Random } from './random.js';

/**
 * The one place where answers of an oracle or of advice come in. What cannot be – not a number, infinite, negative, quantiles that
 * cross, a chance beyond 1, an exception – is no answer: the plain one counts instead.
 */

/** Longer than anything may take; sums of many stay finite. */
const LONGEST_MS: Millis = 1e12;

const isTime = (ms: Millis): boolean => ms >= 0 && ms <= LONGEST_MS;

/** @param plain is believed: it answers where `oracle` does not */
export function guarded(oracle: Oracle, plain: Oracle): Oracle {
  if (oracle === plain) return plain;
  return {
    duration: (v, t) =>
      soundOr(
        () => oracle.duration(v, t),
        ({ p025, median, p975 }) => isTime(p025) && p025 <= median && median <= p975 && isTime(p975),
        () => plain.duration(v, t),
      ),
    failure: (v, within) =>
      soundOr(
        () => oracle.failure(v, within),
        (p) => p >= 0 && p <= 1,
        () => plain.failure(v, within),
      ),
    roundTrip: (v) =>
      soundOr(
        () => oracle.roundTrip(v),
        ({ median, p95 }) => isTime(median) && median <= p95 && isTime(p95),
        () => plain.roundTrip(v),
      ),
    ...(oracle.together && { together: togetherOf(oracle) }),
    ...(oracle.advice && { advice: oracle.advice }),
  };
}

/** How much likelier than by chance: at most a thousand times, so that products stay finite. */
const MOST_TOGETHER = 1000;

/** Without a sound answer, two have nothing to do with each other. */
const togetherOf =
  (oracle: Oracle) =>
  (a: VolunteerView, b: VolunteerView): number =>
    soundOr(
      () => oracle.together?.(a, b) ?? 1,
      (ratio) => ratio >= 0 && ratio <= MOST_TOGETHER,
      () => 1,
    );

/** The advice for those who are there; nobody of whom it says something that cannot be is in it. */
export function soundShares(
  advice: Advice,
  volunteers: readonly VolunteerView[],
  pending: number,
  random: Random,
): ReadonlyMap<VolunteerId, Share> {
  const found = new Map<VolunteerId, Share>();
  const shares = soundOr(
    () => advice.share(volunteers, pending, random),
    (map) => map instanceof Map,
    () => found,
  );
  for (const { id } of volunteers) {
    const share = shares.get(id);
    if (!share) continue;
    const { attempts, probability } = share;
    if (Number.isFinite(attempts) && probability > 0 && probability <= 1) found.set(id, { attempts, probability });
  }
  return found;
}

/** A sound answer, or the other one. Comparisons with NaN are false, so that it fails every check. */
function soundOr<T>(ask: () => T, isSound: (answer: T) => boolean, other: () => T): T {
  try {
    const answer = ask();
    return isSound(answer) ? answer : other();
  } catch {
    return other();
  }
}
