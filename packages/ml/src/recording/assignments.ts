import type { AttemptId, VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { Effect } from '@tabgrid/scheduler/events';
import type { VolunteerView } from '@tabgrid/scheduler/oracle';

/** An attempt that was handed out. */
export interface Assignment {
  readonly attempt: AttemptId;
  /** As it was when it was chosen: what it was given in the same go, but later, was not there yet. */
  readonly view: VolunteerView;
  readonly task: TaskSpec;
}

/** @param viewOf after the effects */
export function* assignments(
  effects: readonly Effect[],
  viewOf: (id: VolunteerId) => VolunteerView | null,
): Generator<Assignment> {
  /** Still to come to each volunteer, itself included. */
  const coming = new Map<VolunteerId, number>();
  for (const effect of effects) {
    if (effect.type === 'sendTask') coming.set(effect.volunteer, (coming.get(effect.volunteer) ?? 0) + 1);
  }
  for (const effect of effects) {
    if (effect.type !== 'sendTask') continue;
    // A few pixels of a task say nothing of the time that tasks take.
    const part = effect.purpose === 'probe';
    const { attempt, volunteer, task } = effect;
    const others = coming.get(volunteer) ?? 1;
    coming.set(volunteer, others - 1);
    const view = viewOf(volunteer);
    if (view && !part) yield { attempt, view: { ...view, inFlight: Math.max(0, view.inFlight - others) }, task };
  }
}
