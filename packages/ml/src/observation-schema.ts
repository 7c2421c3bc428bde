import { VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_NAME_LENGTH } from '@tabgrid/protocol/limits';
import * as v from 'valibot';
import type { ConditionsObservation, PresenceObservation, RunObservation, TripObservation } from './observation.js';

/** Observations as they come out of a store or a file: of the right form, every number finite. What they mean their models judge. */

const Finite = v.pipe(v.number(), v.finite());
const Amount = v.pipe(Finite, v.minValue(0));
const Share = v.pipe(Finite, v.minValue(0), v.maxValue(1));
const Features = v.pipe(v.array(Finite), v.maxLength(512));
const Interval = v.strictObject({ p025: Amount, median: Amount, p975: Amount });
const Trip = v.strictObject({ median: Amount, p95: Amount });

const Run: v.GenericSchema<unknown, RunObservation> = v.strictObject({
  type: v.literal('run'),
  at: Finite,
  volunteer: VolunteerId,
  kernel: v.pipe(v.string(), v.maxLength(2 * MAX_NAME_LENGTH + 1)),
  features: Features,
  plain: Interval,
  said: Interval,
  ms: Amount,
  end: v.picklist(['done', 'cut']),
  results: Amount,
  ageMs: Amount,
});

const Presence: v.GenericSchema<unknown, PresenceObservation> = v.strictObject({
  type: v.literal('presence'),
  at: Finite,
  volunteer: VolunteerId,
  features: Features,
  ageMs: Amount,
  watchedMs: Amount,
  left: v.boolean(),
  plain: Share,
  said: Share,
});

const RoundTrip: v.GenericSchema<unknown, TripObservation> = v.strictObject({
  type: v.literal('trip'),
  at: Finite,
  volunteer: VolunteerId,
  features: Features,
  plain: Trip,
  said: Trip,
  ms: Amount,
});

const Conditions: v.GenericSchema<unknown, ConditionsObservation> = v.strictObject({
  type: v.literal('conditions'),
  at: Finite,
  volunteers: Amount,
  busyShare: Share,
  waiting: Amount,
  roundTripMs: v.nullable(Amount),
  jitterMs: v.nullable(Amount),
  lateShare: v.nullable(Share),
});

/** Those that are kept, by type. */
export const KEPT_SCHEMAS = { run: Run, presence: Presence, trip: RoundTrip, conditions: Conditions } as const;
