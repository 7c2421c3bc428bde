import type { TaskId } from '@tabgrid/protocol/ids';
import type { Random } from '@tabgrid/scheduler/random';
import type { Liars } from './profile.js';

/** What a result says, as far as comparing goes. */
export const RIGHT = 'right';

/**
 * What a volunteer returns for a task.
 * @param accepted how many results of it were accepted, under its present name
 * @param mark of the volunteer's own, so that no two lies are equal by chance
 */
export function claimOf(liar: Liars | null, task: TaskId, accepted: number, mark: string, random: Random): string {
  if (!liar) return RIGHT;
  if (liar.kind === 'sleeper' && accepted < liar.honestResults) return RIGHT;
  if (random.next() >= liar.wrongShare) return RIGHT;
  return liar.kind === 'colluder' ? `agreed: ${task}` : `wrong: ${task}, ${mark}`;
}
