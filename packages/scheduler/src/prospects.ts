import type { JobId, Millis, VolunteerId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { type Core, jobOf, viewOf } from './core.js';
import { unfitOf } from './lanes.js';
import { taskView } from './oracle.js';
import { lacking } from './requirements.js';
import { transferMsOf } from './shortlist.js';
import type { VolunteerRecord } from './state.js';

/** What is expected of somebody who could begin a task now: for planners of work that a person waits for. */
export interface Prospect {
  readonly volunteer: VolunteerId;
  /** Until it would begin, for work with a deadline: that goes before what waits there, and beside what runs. */
  readonly waitMs: Millis;
  /** The way there and back, as the oracle expects it. */
  readonly tripMs: Millis;
  /** Until it has what it lacks of the task's inputs. */
  readonly transferMs: Millis;
  /** The task's own time on it, as the oracle expects it. */
  readonly durationMs: Millis;
  /** A byte of its result on the way here. */
  readonly byteMs: Millis;
}

/** Like a task's own spec, but for its name. */
export interface ProspectiveTask
  extends Pick<TaskSpec, 'kernel' | 'requires' | 'workUnits' | 'inputs' | 'outputBytes'> {
  /** A job that ends before it begins; null for none. */
  readonly instead: JobId | null;
}

/** Bytes a second between two browsers' pages, before a link has carried much; and within one page. */
const UNKNOWN_BYTES_PER_SECOND = 10_000_000;
const LOCAL_BYTES_PER_SECOND = 1_000_000_000;

/** More are not looked at: nobody splits what should take a tenth of a second among hundreds. */
const MOST_LOOKED_AT = 256;

/** Everybody in good standing who can run such a task, whoever asks for it. */
export function prospectsOf(core: Core, task: ProspectiveTask): readonly Prospect[] {
  const found: Prospect[] = [];
  const asked = taskView(task);
  for (const v of core.state.volunteers.values()) {
    if (found.length === MOST_LOOKED_AT) break;
    if (v.state.kind !== 'ready' || v.restUntil > core.now) continue;
    if (lacking(v.capabilities, task.kernel, task.requires).length > 0 || unfitOf(v, task).length > 0) continue;
    const view = viewOf(core, v);
    found.push({
      volunteer: v.id,
      waitMs: waitMsOf(core, v, task.instead),
      tripMs: core.oracle.roundTrip(view).median,
      transferMs: transferMsOf(v, task.inputs),
      durationMs: core.oracle.duration(view, asked).median,
      byteMs: 1000 / bytesPerSecondOf(v),
    });
  }
  return found;
}

function bytesPerSecondOf({ link, bytesPerSecond }: VolunteerRecord): number {
  return link?.path === 'local' ? LOCAL_BYTES_PER_SECOND : (bytesPerSecond ?? UNKNOWN_BYTES_PER_SECOND);
}

/** What runs lets something urgent through behind the two submissions that it has on the queue: half of them is the mean. */
const BESIDE_MS: Millis = 50;
/** Those of what was urgent itself are shorter. */
const INSTEAD_MS: Millis = 20;

/** An attempt that was sent and has not begun yet makes way too; one that is overdue may take half as long again. */
function waitMsOf(core: Core, v: VolunteerRecord, instead: JobId | null): Millis {
  const [head] = v.queue;
  if (head?.state.kind !== 'running') return 0;
  const leftMs = Math.max(v.headAt + head.expectedMs - core.now, head.expectedMs / 2);
  const { id, settings } = jobOf(head.task);
  if (id === instead) return Math.min(leftMs, INSTEAD_MS);
  return settings.deadlineMs !== null ? leftMs : Math.min(leftMs, BESIDE_MS);
}
