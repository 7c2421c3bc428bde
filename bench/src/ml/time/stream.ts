import { speedOf } from '@tabgrid/ml/learned-oracle';
import { timeFeatures } from '@tabgrid/ml/time/features';
import type { Interval } from '@tabgrid/ml/time/scale';
import type { AttemptId, Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { Oracle } from '@tabgrid/scheduler/oracle';
import type { Sight } from './sights.js';

/** A task is assigned: what is known then. */
export interface Asked {
  readonly kind: 'asked';
  readonly id: number;
  readonly volunteer: VolunteerId;
  /** `kind@version`. */
  readonly kernel: string;
  readonly features: readonly number[];
  readonly plain: Interval;
  readonly units: number;
  /** Which of several kinds of work by one kernel it is; null where there is one. */
  readonly scene: string | null;
  readonly results: number;
  readonly ageMs: Millis;
}

/** What came of it. */
export interface Ended {
  readonly kind: 'ended';
  readonly id: number;
  /** ms since 1970. */
  readonly at: number;
  readonly ms: Millis;
  readonly end: 'done' | 'cut';
}

/** Assignments and their ends in the order in which they happened, so that nothing can be known before its time. */
export type Stream = Iterable<Asked | Ended>;

/** What a scheduler saw, in features. @param plain the oracle that it is held against */
export function* streamOf(sights: Iterable<Sight>, plain: Oracle): Generator<Asked | Ended> {
  const open = new Map<AttemptId, number>();
  let ids = 0;
  for (const sight of sights) {
    if (sight.type === 'ended') {
      const { at, ms, end } = sight;
      const id = open.get(sight.attempt);
      open.delete(sight.attempt);
      if (id !== undefined && ms > 0) yield { kind: 'ended', id, at, ms, end };
      continue;
    }
    const { at, attempt, scene, view, task } = sight;
    const id = ids++;
    open.set(attempt, id);
    const context = { wallAtZero: at - view.now, timeZoneMinutes: 0, usualLoad: () => null };
    yield {
      ...{ kind: 'asked', id, scene, volunteer: view.id, ageMs: view.ageMs, units: task.workUnits },
      kernel: `${task.kernel.kind}@${task.kernel.version}`,
      features: timeFeatures(view, task, context),
      plain: plain.duration(view, task),
      results: speedOf(view, task)?.samples ?? 0,
    };
  }
}
