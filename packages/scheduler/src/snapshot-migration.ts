import * as v from 'valibot';
import { NO_RECORD } from './oracle.js';
import { Attempt, Check, Class, Job, Place, SNAPSHOT_VERSION, Snapshot, Task, Volunteer } from './snapshot.js';
import { ONE_ATTEMPT } from './state.js';

/** Snapshots of earlier versions, and what they become: what was not noted then is as if nobody knew it. */

const Attempt2 = v.omit(Attempt, ['probe']);
const Task2 = v.strictObject({
  ...Task.entries,
  attempts: v.array(Attempt2),
  check: v.nullable(v.omit(Check, ['parts', 'confirmed', 'unseen'])),
});
const Job2 = v.strictObject({
  ...v.omit(Job, ['spot', 'unseen']).entries,
  made: v.omit(Job.entries.made, ['probe']),
});
const Volunteer2 = v.omit(Volunteer, ['doubts', 'readyUntil']);
const Snapshot2 = v.strictObject({
  ...v.omit(Snapshot, ['secret']).entries,
  version: v.literal(2),
  jobs: v.array(Job2),
  tasks: v.array(Task2),
  volunteers: v.array(Volunteer2),
});
type Snapshot2 = v.InferOutput<typeof Snapshot2>;

const Attempt1 = v.omit(Attempt2, ['untouched', 'lowMs']);
const Task1 = v.strictObject({ ...Task2.entries, attempts: v.array(Attempt1) });
const Class1 = v.omit(Class, ['typicalInputBytes', 'typicalOutputBytes']);
const Volunteer1 = v.strictObject({
  ...v.omit(Volunteer2, ['record', 'rhythm', 'visits', 'telemetry', 'link', 'share', 'usual']).entries,
  advised: v.nullable(v.number()),
  places: v.array(v.omit(Place, ['usual', 'aheadMs', 'roomAt'])),
});
const Snapshot1 = v.strictObject({
  ...v.omit(Snapshot2, ['visits']).entries,
  version: v.literal(1),
  classes: v.array(Class1),
  tasks: v.array(Task1),
  volunteers: v.array(Volunteer1),
});

/** Takes a snapshot of an earlier version, and gives one of this. */
export const FromEarlier = v.union([
  v.pipe(Snapshot2, v.transform(fromTwo)),
  v.pipe(
    Snapshot1,
    v.transform((old) => fromTwo(fromOne(old))),
  ),
]);

const NOTHING_SPENT = { seen: 0, planned: 0, spent: 0 };

/** What is to be guessed by nobody is drawn as it was then: a replay of what was noted has to give the same. */
function fromTwo(old: Snapshot2): Snapshot {
  return {
    ...old,
    version: SNAPSHOT_VERSION,
    secret: null,
    jobs: old.jobs.map((job) => ({ ...job, made: { ...job.made, probe: 0 }, spot: NOTHING_SPENT, unseen: 0 })),
    tasks: old.tasks.map((task) => ({
      ...task,
      attempts: task.attempts.map((attempt) => ({ ...attempt, probe: null })),
      check: task.check && { ...task.check, parts: [], confirmed: [], unseen: false },
    })),
    volunteers: old.volunteers.map((volunteer) => ({ ...volunteer, doubts: 0, readyUntil: 0 })),
  };
}

/** The oracle is asked anew when there is something about the volunteer. */
const UNASKED = { aheadMs: 0, roomAt: null, statistics: -1, trips: -1 };

function fromOne(old: v.InferOutput<typeof Snapshot1>): Snapshot2 {
  return {
    ...old,
    version: 2,
    visits: [],
    classes: old.classes.map((one) => ({ ...one, typicalInputBytes: 0, typicalOutputBytes: 0 })),
    tasks: old.tasks.map((task) => ({
      ...task,
      attempts: task.attempts.map((attempt) => ({ ...attempt, untouched: false, lowMs: 0 })),
    })),
    volunteers: old.volunteers.map((volunteer) => ({
      ...volunteer,
      advised: volunteer.advised === null ? null : { attempts: volunteer.advised, probability: 1 },
      places: volunteer.places.map((place) => ({ ...place, usual: place.depth, ...UNASKED })),
      share: ONE_ATTEMPT,
      usual: ONE_ATTEMPT.attempts,
      record: NO_RECORD,
      rhythm: null,
      visits: null,
      telemetry: null,
      link: null,
    })),
  };
}
