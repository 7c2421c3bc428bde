import type { FeatureContext } from '@tabgrid/ml/context';
import { timeFeatures } from '@tabgrid/ml/time/features';
import { AttemptId, type Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { Capabilities, KernelVersion } from '@tabgrid/protocol/task';
import {
  learnRoundTrip,
  learnSpeed,
  type Oracle,
  type RoundTripStats,
  type SpeedStats,
  speedKey,
  type TelemetryView,
  type VolunteerView,
} from '@tabgrid/scheduler/oracle';
import * as v from 'valibot';
import type { Asked, Ended } from './stream.js';

/** What a coordinator saw of its volunteers: enough to build up again what it knew at each assignment. */

const Time = v.pipe(v.number(), v.finite());
const Amount = v.pipe(Time, v.minValue(0));
const At = { at: Time, volunteer: VolunteerId };

export const Sight = v.variant('type', [
  v.strictObject({
    type: v.literal('joined'),
    ...At,
    capabilities: Capabilities,
    hidden: v.boolean(),
    intensity: v.nullable(Amount),
  }),
  v.strictObject({ type: v.literal('told'), ...At, hidden: v.boolean() }),
  v.strictObject({ type: v.literal('trip'), ...At, ms: Amount }),
  v.strictObject({
    type: v.literal('assigned'),
    ...At,
    attempt: AttemptId,
    kernel: KernelVersion,
    /** Which of several kinds of work by one kernel it was. */
    scene: v.nullable(v.string()),
    units: Amount,
    inputBytes: Amount,
    outputBytes: Amount,
  }),
  v.strictObject({ type: v.literal('returned'), ...At, attempt: AttemptId, wallMs: Amount }),
  /** It was stopped, failed, or was lost. */
  v.strictObject({ type: v.literal('cut'), ...At, attempt: AttemptId }),
  v.strictObject({ type: v.literal('left'), ...At }),
]);
export type Sight = v.InferOutput<typeof Sight>;

interface Open {
  readonly asked: Asked;
  readonly assignedAt: Millis;
  readonly key: string;
}

interface Known {
  readonly id: VolunteerId;
  capabilities: Capabilities;
  telemetry: TelemetryView | null;
  hidden: boolean;
  joinedAt: Millis;
  lastReturnAt: Millis;
  readonly speeds: Map<string, SpeedStats>;
  roundTrip: RoundTripStats | null;
  record: VolunteerView['record'];
  /** In the order of their assignment. */
  readonly open: Map<AttemptId, Open>;
  present: boolean;
}

/** @param oracle the plain one @param waiting tasks that wait, as far as they matter to features */
export function createWatch(oracle: Oracle, context: FeatureContext) {
  const volunteers = new Map<VolunteerId, Known>();
  let ids = 0;

  const viewOf = (known: Known, now: Millis): VolunteerView => {
    const present = [...volunteers.values()].filter((other) => other.present);
    const { id, capabilities, hidden, speeds, roundTrip, record, telemetry } = known;
    return {
      ...{ id, now, capabilities, hidden, speeds, roundTrip, record, telemetry },
      ageMs: now - known.joinedAt,
      inFlight: known.open.size,
      sinceSignMs: 0,
      sinceReturnMs: now - known.lastReturnAt,
      link: null,
      origin: { network: null, owner: null, region: null, provider: null },
      grid: {
        volunteers: present.length,
        busyShare: present.filter(({ open }) => open.size > 0).length / Math.max(1, present.length),
        waiting: 0,
      },
      share: { attempts: 1, probability: 1 },
    };
  };

  const ended = (known: Known, end: 'done' | 'failed'): void => {
    const { success, ended: count, failed, lost } = known.record;
    known.record = {
      success: success + ((end === 'done' ? 1 : 0) - success) / 8,
      ended: count + 1,
      failed: failed + (end === 'done' ? 0 : 1),
      lost,
    };
  };

  /** Nobody else's task was before it since then. */
  const headSince = (known: Known, { assignedAt }: Open) => Math.max(assignedAt, known.lastReturnAt);

  return function see(sight: Sight): readonly (Asked | Ended)[] {
    const { at, volunteer } = sight;
    let known = volunteers.get(volunteer);
    if (sight.type === 'joined') {
      const { capabilities, hidden, intensity } = sight;
      known ??= {
        id: volunteer,
        ...{ capabilities, hidden, telemetry: null, joinedAt: at, lastReturnAt: at, present: true },
        ...{ speeds: new Map(), roundTrip: null, open: new Map() },
        record: { success: 1, ended: 0, failed: 0, lost: 0 },
      };
      if (!known.present) known.joinedAt = at;
      known.telemetry = intensity === null ? null : { intensity, battery: null };
      Object.assign(known, { hidden, present: true });
      volunteers.set(volunteer, known);
      return [];
    }
    if (!known) return [];
    switch (sight.type) {
      case 'told':
        known.hidden = sight.hidden;
        return [];
      case 'trip':
        known.roundTrip = learnRoundTrip(known.roundTrip, sight.ms);
        return [];
      case 'assigned': {
        const { kernel, units, inputBytes, outputBytes, attempt, scene } = sight;
        const task = { kernel, workUnits: units, inputBytes, outputBytes };
        const view = viewOf(known, at);
        const key = speedKey(kernel, known.hidden);
        const asked: Asked = {
          ...{ kind: 'asked', id: ids++, volunteer, units, scene, ageMs: view.ageMs },
          kernel: `${kernel.kind}@${kernel.version}`,
          features: timeFeatures(view, task, context),
          plain: oracle.duration(view, task),
          results: known.speeds.get(key)?.samples ?? 0,
        };
        known.open.set(attempt, { asked, assignedAt: at, key });
        return [asked];
      }
      case 'returned': {
        const open = known.open.get(sight.attempt);
        if (!open) return [];
        known.open.delete(sight.attempt);
        // As the scheduler bounds what a volunteer says of itself.
        const seen = Math.max(1, at - headSince(known, open));
        const before = known.speeds.get(open.key);
        const ms = Math.max(before ? seen / 4 : 1, Math.min(seen, sight.wallMs));
        known.speeds.set(open.key, learnSpeed(before, open.asked.units, ms, open.asked.plain.median));
        known.lastReturnAt = at;
        ended(known, 'done');
        return [{ kind: 'ended', id: open.asked.id, at, ms, end: 'done' }];
      }
      case 'cut': {
        const open = known.open.get(sight.attempt);
        if (!open) return [];
        const [head] = known.open.keys();
        known.open.delete(sight.attempt);
        ended(known, 'failed');
        const ms = at - headSince(known, open);
        // What never ran says nothing.
        return head === sight.attempt && ms > 0 ? [{ kind: 'ended', id: open.asked.id, at, ms, end: 'cut' }] : [];
      }
      case 'left': {
        known.present = false;
        const lost = [...known.open.values()];
        known.open.clear();
        const { record } = known;
        known.record = { ...record, ended: record.ended + lost.length, lost: record.lost + lost.length };
        const [head] = lost;
        const ms = head ? at - headSince(known, head) : 0;
        return head && ms > 0 ? [{ kind: 'ended', id: head.asked.id, at, ms, end: 'cut' }] : [];
      }
    }
  };
}
