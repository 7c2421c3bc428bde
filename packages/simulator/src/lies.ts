import type { TaskId } from '@tabgrid/protocol/ids';
import type { AttemptPurpose } from '@tabgrid/scheduler/events';
import type { Random } from '@tabgrid/scheduler/random';
import type { Liars } from './profile.js';

/** What a result says, as far as comparing goes. */
export const RIGHT = 'right';

/** What colluders know of each other: tasks of which one of them has returned what they agreed upon. */
export type Ring = Set<TaskId>;

export interface Occasion {
  readonly task: TaskId;
  readonly purpose: AttemptPurpose;
  /** How many results of the volunteer were accepted, under its present name. */
  readonly accepted: number;
  /** Of the volunteer's own, so that no two lies are equal by chance. */
  readonly mark: string;
  readonly ring: Ring;
}

/** What a volunteer returns for a task, or for a part of it. */
export function claimOf(liar: Liars | null, occasion: Occasion, random: Random): string {
  if (!liar) return RIGHT;
  const { task, purpose, accepted, mark, ring } = occasion;
  const { kind, how = 'wrong' } = liar;
  const agreed = `agreed: ${task}`;
  if (purpose === 'probe' && kind === 'colluder') return ring.has(task) ? agreed : RIGHT;
  if (purpose === 'probe' && !liar.wrongWords) return RIGHT;
  if (kind === 'sleeper' && accepted < liar.honestResults) return RIGHT;
  if (random.next() >= liar.wrongShare) return RIGHT;
  if (kind !== 'colluder') return `${how}: ${task}, ${mark}`;
  ring.add(task);
  return agreed;
}
