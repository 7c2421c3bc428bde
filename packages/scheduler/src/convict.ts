import type { KernelVersion } from '@tabgrid/protocol/task';
import { type Core, jobOf, volunteerOf } from './core.js';
import { trustKey } from './reputation.js';
import { openCheck, retract } from './results.js';
import { drawParts, planParts } from './spot.js';
import { quarantine } from './standing.js';
import type { TaskRecord, VolunteerRecord } from './state.js';

/** What becomes of those whose results, or whose word on others', were found wrong. */

/** The first quarantine of somebody who was caught, as a multiple of the usual one: whoever is caught twice waits longer. */
const LIAR_QUARANTINES = 4;

/** So often in a row others decided against somebody's word on a part. */
const MOST_DOUBTS = 3;

/** A volunteer was caught: what rests on its word alone, or on its word and one stranger's, is done again. */
export function convict(core: Core, v: VolunteerRecord, reason: string): void {
  if (v.tags.trusted) return;
  v.verified.clear();
  v.doubts = 0;
  core.caught.add(v);
  const vouched = [...v.vouched];
  v.vouched.clear();
  quarantine(core, v, reason, LIAR_QUARANTINES * core.config.quarantineMs);
  for (const id of vouched) {
    const task = core.state.tasks.get(id);
    if (task?.state.kind !== 'done' || !task.check) continue;
    const { check } = task;
    if (check.agreed.includes(v.id)) {
      const left = check.agreed.filter((other) => other !== v.id);
      if (left.length >= 2 || left.some((other) => volunteerOf(core, other).tags.trusted)) check.agreed = left;
      else retract(core, task, `it rests on the word of ${v.id}, which was caught returning a wrong result`);
    } else {
      check.confirmed = check.confirmed.filter((other) => other !== v.id);
      if (check.confirmed.length === 0) lookAgain(core, task);
    }
  }
}

/** Parts of a result were confirmed by somebody who is not believed any more. */
function lookAgain(core: Core, task: TaskRecord): void {
  const job = jobOf(task);
  const { check } = task;
  if (!check || check.open || check.agreed.length > 1 || job.settled) return;
  const result = task.attempts.find(({ state }) => state.kind === 'accepted');
  const plan = planParts(core, task, 1);
  if (!result || !plan || volunteerOf(core, result.volunteer).tags.trusted) return;
  job.audits.add(task.spec.id);
  drawParts(core, result, plan.parts);
  openCheck(task, result.volunteer);
}

/**
 * Others decided against what a volunteer said of a part. That accuses nobody – it may have met a few who lie alike, or rounding
 * in a few pixels – but it is a stranger again, and whoever is decided against all the time is caught.
 */
export function doubt(core: Core, v: VolunteerRecord, kernel: KernelVersion): void {
  if (v.tags.trusted) return;
  v.verified.delete(trustKey(v, kernel));
  v.doubts++;
  if (v.doubts < MOST_DOUBTS) return;
  convict(core, v, `what it said of others’ results was found wrong ${MOST_DOUBTS} times in a row`);
}
