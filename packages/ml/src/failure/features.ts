import type { VolunteerView } from '@tabgrid/scheduler/oracle';
import { plainLogOdds } from './hazard.js';

/**
 * What a failure may announce itself by. Durations and counts as log1p, shares as they are; whatever is claimed or missing, a
 * feature is a finite number within ±20.
 *
 * Left out on purpose: the hour, the size of the grid and who came or left lately. On recorded volunteers each of them made
 * what was learned from one grid worse in another one (AUC −0.002 to −0.02), and so did the number of earlier visits.
 */
export const FAILURE_FEATURES = [
  'age',
  'has just come',
  'age, as the plain oracle sees it',
  'since a result, while at work',
  'since a result, in its own gaps',
  'since a sign of work, while at work',
  'results',
  'spread of its gaps',
  'has come back',
  'length of the last visit',
  'at work',
  'attempts in flight',
  'share that failed',
  'lost attempts',
  'hidden',
  'runs in software',
  'has told of itself',
  'intensity',
  'tells of its battery',
  'battery, not charging: what is used',
  'charging',
  'has a round trip',
  'round trip',
  'spread of the round trip',
  'has a measured link',
  'path: turn',
  'path: relay',
  'jitter',
  'late heartbeats',
  'congestion',
  'silence',
] as const;

const LONGEST_MS = 30 * 86_400_000;
const MOST = 1e6;

/** Within 0 and `most`; 0 for what is no number. */
const within = (x: number, most: number): number => (x > 0 ? Math.min(x, most) : 0);
const share = (x: number): number => within(x, 1);
const count = (x: number): number => Math.log1p(within(x, MOST));
const seconds = (ms: number): number => Math.log1p(within(ms, LONGEST_MS) / 1000);
const flag = (x: boolean): number => (x ? 1 : 0);

/** How often as long as usual; 0 where nothing is usual yet. */
function ratio(ms: number, usualMs: number): number {
  return usualMs > 0 ? Math.log1p(within(ms / usualMs, MOST)) : 0;
}

/** In the order of `FAILURE_FEATURES`. */
export function failureFeatures(v: VolunteerView): number[] {
  const { rhythm, visits, record, telemetry, link, roundTrip } = v;
  const battery = telemetry?.battery ?? null;
  const busy = v.inFlight > 0;
  return [
    seconds(v.ageMs),
    // Whoever leaves at once does so within seconds: on a log scale that is no corner.
    10 / (10 + within(v.ageMs, LONGEST_MS) / 1000),
    plainLogOdds(0, within(v.ageMs, LONGEST_MS)),
    // Who has nothing to do returns nothing: that says nothing.
    busy ? seconds(v.sinceReturnMs) : 0,
    busy && rhythm ? ratio(v.sinceReturnMs, rhythm.meanMs) : 0,
    busy ? seconds(v.sinceSignMs) : 0,
    rhythm ? count(rhythm.results) : 0,
    rhythm && rhythm.meanMs > 0 ? within(rhythm.deviationMs / rhythm.meanMs, 5) : 0,
    flag(visits !== undefined),
    visits ? seconds(visits.lastMs) : 0,
    flag(busy),
    count(v.inFlight),
    1 - share(record.success),
    count(record.lost),
    flag(v.hidden),
    flag(v.capabilities.software),
    flag(telemetry !== null),
    telemetry ? share(telemetry.intensity) : 0,
    flag(battery !== null),
    battery && !battery.charging ? 1 - share(battery.level) : 0,
    flag(battery?.charging ?? false),
    flag(roundTrip !== null),
    roundTrip ? seconds(roundTrip.meanMs * 100) : 0,
    roundTrip ? ratio(roundTrip.deviationMs, roundTrip.meanMs) : 0,
    flag(link !== null),
    flag(link?.path === 'turn'),
    flag(link?.path === 'relay'),
    link ? seconds(link.jitterMs * 100) : 0,
    link ? share(link.lateShare) : 0,
    link ? share(link.congestion) : 0,
    link ? seconds(link.silentMs) : 0,
  ];
}
