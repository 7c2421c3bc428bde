import { assignments } from '@tabgrid/ml/recording/assignments';
import { AttemptId, VolunteerId } from '@tabgrid/protocol/ids';
import { Capabilities, KernelVersion } from '@tabgrid/protocol/task';
import type { Effect } from '@tabgrid/scheduler/events';
import { taskView, type VolunteerView } from '@tabgrid/scheduler/oracle';
import * as v from 'valibot';

/**
 * What a scheduler knew of a volunteer when it gave it a task, and what came of it. Views and not features, which are made of them
 * anew whenever they are needed: a recording outlives a change of what models look at.
 */

const Time = v.pipe(v.number(), v.finite());
const Amount = v.pipe(Time, v.minValue(0));
const Share = v.pipe(Amount, v.maxValue(1));
const Name = v.nullable(v.pipe(v.string(), v.maxLength(200)));

const Speed = v.strictObject({
  units: Amount,
  ms: Amount,
  samples: Amount,
  error: Amount,
  recent: v.exactOptional(v.pipe(v.array(Amount), v.maxLength(16))),
});

/** A `VolunteerView` as plain data. */
const View = v.strictObject({
  id: VolunteerId,
  now: Time,
  capabilities: Capabilities,
  hidden: v.boolean(),
  ageMs: Amount,
  speeds: v.pipe(
    v.array(v.tuple([v.string(), Speed])),
    v.maxLength(64),
    v.transform((entries) => new Map(entries)),
  ),
  roundTrip: v.nullable(v.strictObject({ meanMs: Amount, deviationMs: Amount })),
  record: v.strictObject({ success: Share, ended: Amount, failed: Amount, lost: Amount }),
  inFlight: Amount,
  sinceSignMs: Time,
  sinceReturnMs: Time,
  telemetry: v.nullable(
    v.strictObject({
      intensity: Amount,
      battery: v.nullable(v.strictObject({ level: Share, charging: v.boolean() })),
    }),
  ),
  link: v.nullable(
    v.strictObject({
      path: v.picklist(['direct', 'turn', 'relay', 'local']),
      jitterMs: Amount,
      lateShare: Share,
      congestion: Amount,
      silentMs: Amount,
    }),
  ),
  origin: v.strictObject({ network: Name, owner: Name, region: Name, provider: Name }),
  grid: v.strictObject({ volunteers: Amount, busyShare: Share, waiting: Amount }),
  share: v.strictObject({ attempts: Amount, probability: Share }),
  usual: v.exactOptional(Amount),
  rhythm: v.optional(v.strictObject({ results: Amount, meanMs: Amount, deviationMs: Amount })),
  visits: v.optional(v.strictObject({ count: Amount, lastMs: Amount })),
});

const Assigned = v.strictObject({
  type: v.literal('assigned'),
  /** ms since 1970. */
  at: Time,
  attempt: AttemptId,
  /** Which of several kinds of work by one kernel it was; null where there is one. */
  scene: Name,
  view: View,
  task: v.strictObject({ kernel: KernelVersion, workUnits: Amount, inputBytes: Amount, outputBytes: Amount }),
});

const Ended = v.strictObject({
  type: v.literal('ended'),
  at: Time,
  attempt: AttemptId,
  ms: Amount,
  /** `cut`: it would have taken longer. */
  end: v.picklist(['done', 'cut']),
});

export const Sight = v.variant('type', [Assigned, Ended]);
export type Sight = v.InferOutput<typeof Sight>;

/** For JSON: what `Sight` reads. */
export function written(sight: Sight): unknown {
  if (sight.type === 'ended') return sight;
  return { ...sight, view: { ...sight.view, speeds: [...sight.view.speeds] } };
}

/** What there is to see in the effects of one event. @param viewOf the scheduler's, after the event */
export function* sightsIn(
  effects: readonly Effect[],
  at: number,
  scene: string | null,
  viewOf: (id: VolunteerId) => VolunteerView | null,
): Generator<Sight> {
  for (const effect of effects) {
    if (effect.type !== 'ran') continue;
    const { attempt, ms, end } = effect;
    yield { type: 'ended', at, attempt, ms, end: end === 'returned' ? 'done' : 'cut' };
  }
  for (const { attempt, view, task } of assignments(effects, viewOf)) {
    yield { type: 'assigned', at, attempt, scene, view: kept(view), task: taskView(task) };
  }
}

/** As it is now: its maps go on changing. Limits and features are long, and nothing is predicted from them. */
function kept(view: VolunteerView): v.InferOutput<typeof View> {
  return {
    ...view,
    capabilities: { ...view.capabilities, features: [], limits: {} },
    speeds: new Map(
      [...view.speeds].map(([key, { recent, ...speed }]) => [
        key,
        { ...speed, ...(recent && { recent: [...recent] }) },
      ]),
    ),
  };
}
