import * as v from 'valibot';
import { NO_RECORD } from './oracle.js';
import { Attempt, Class, Place, SNAPSHOT_VERSION, Snapshot, Task, Volunteer } from './snapshot.js';
import { ONE_ATTEMPT } from './state.js';

/** Snapshots of earlier versions, and what they become: what was not noted then is as if nobody knew it. */

const Attempt1 = v.omit(Attempt, ['untouched', 'lowMs']);
const Task1 = v.strictObject({ ...Task.entries, attempts: v.array(Attempt1) });
const Class1 = v.omit(Class, ['typicalInputBytes', 'typicalOutputBytes']);
const Volunteer1 = v.strictObject({
  ...v.omit(Volunteer, ['record', 'rhythm', 'visits', 'telemetry', 'link', 'share', 'usual']).entries,
  advised: v.nullable(v.number()),
  places: v.array(v.omit(Place, ['usual', 'aheadMs', 'roomAt'])),
});
const Snapshot1 = v.strictObject({
  ...v.omit(Snapshot, ['visits']).entries,
  version: v.literal(1),
  classes: v.array(Class1),
  tasks: v.array(Task1),
  volunteers: v.array(Volunteer1),
});

/** Takes a snapshot of an earlier version, and gives one of this. */
export const FromEarlier = v.pipe(Snapshot1, v.transform(fromOne));

/** The oracle is asked anew when there is something about the volunteer. */
const UNASKED = { aheadMs: 0, roomAt: null, statistics: -1, trips: -1 };

function fromOne(old: v.InferOutput<typeof Snapshot1>): Snapshot {
  return {
    ...old,
    version: SNAPSHOT_VERSION,
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
