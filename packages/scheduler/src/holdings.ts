import type { TaskRecord, VolunteerRecord } from './state.js';

/** What volunteers have of tasks' inputs: who has them need not fetch them. */

/** Blobs and outputs that one volunteer is remembered to have. */
const MOST_HELD = 4096;

/** Under which a volunteer holds a task's output. */
export const outputKey = (task: string): string => `output:${task}`;

/** Who works on a task has all that it needs. */
export function noteInputs(v: VolunteerRecord, task: TaskRecord): void {
  for (const { id } of task.spec.inputs) v.holds.add(id);
  for (const id of task.after) v.holds.add(outputKey(id));
  forgetOldest(v);
}

/** Who made a result that others need has it. */
export function noteOutput(v: VolunteerRecord, task: TaskRecord): void {
  if (task.dependents.length === 0) return;
  v.holds.add(outputKey(task.spec.id));
  forgetOldest(v);
}

function forgetOldest({ holds }: VolunteerRecord): void {
  if (holds.size <= MOST_HELD) return;
  for (const oldest of holds) {
    holds.delete(oldest);
    if (holds.size <= MOST_HELD / 2) return;
  }
}
