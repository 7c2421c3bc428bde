import type { Core } from './core.js';
import { tasksWait } from './hold.js';
import { isAble } from './lanes.js';
import { measuredSpeed } from './oracle.js';
import { attemptsAt } from './parts.js';
import { isKnown } from './reputation.js';
import { mayProbe } from './spot.js';
import type { PartCheck, Place, TaskRecord, VolunteerRecord } from './state.js';

/**
 * Who computes a part of a result again.
 *
 * The owner's own machine, while it has little to do. Else whoever is drawn: not who has room or is fast, which a liar's friend could
 * see to – it need not compute anything – but anybody in good standing, whose turn then comes behind what it is at. Those whose own
 * results were confirmed are likelier than strangers, and who looks at one part of a result is not shown another if there are others.
 * Nobody has to fetch a scene and to compile for a few pixels while whole tasks wait: who has not done one is asked later. Until half of
 * those who may be asked have, nobody is: the first to be done are those who do not compute.
 */

/** Places looked at: in a grid of any size a decision costs the same. */
const MOST_LOOKED_AT = 32;

/** A queue that long is long enough. */
const MOST_QUEUED = 8;

/** Of the owner's own machine, which has its own work to do. */
const OWN_QUEUED = 4;

/** How likely a stranger is to be asked, against somebody whose results were confirmed. */
const STRANGER_WEIGHT = 0.25;

/** Who would begin so much later than most is not waited for. */
const MOST_PATIENCE = 3;
const LEAST_PATIENCE_MS = 1000;

/** @returns null while nobody can be asked now */
export function chooseProber(core: Core, task: TaskRecord, part: PartCheck): Place | null {
  const { taskClass } = task.queue;
  const suits = (v: VolunteerRecord) => mayProbe(core.state, task, part, v);
  for (const v of core.state.trusted) {
    const place = v.places.get(taskClass.key);
    const free = place !== undefined && isAble(place) && v.state.kind === 'ready' && v.queue.length < OWN_QUEUED;
    if (free && suits(v)) return place;
  }
  const all = drawn(core, task, suits);
  const hasShown = ({ volunteer }: Place) => measuredSpeed(volunteer, taskClass.kernel) !== null;
  const found = tasksWait(core, task.queue) ? all.filter(hasShown) : all;
  if (2 * found.length < all.length) return null;
  const patient = found.filter((place) => waitOf(core, place) <= patience(core, found));
  const involved = new Set((task.check?.parts ?? []).flatMap((p) => attemptsAt(task, p)).map((a) => a.volunteer));
  const fresh = patient.filter(({ volunteer }) => !involved.has(volunteer.id));
  return weighted(core, task, fresh.length > 0 ? fresh : patient);
}

function drawn(core: Core, task: TaskRecord, suits: (v: VolunteerRecord) => boolean): readonly Place[] {
  const { idle, queued, full } = task.queue.taskClass;
  const all = idle.length + queued.length + full.length;
  const at = (i: number) => idle.at(i) ?? queued.at(i - idle.length) ?? full.at(i - idle.length - queued.length);
  const open = (place: Place) => place.volunteer.queue.length < MOST_QUEUED && suits(place.volunteer);
  const found = new Set<Place>();
  for (let i = 0; i < Math.min(all, MOST_LOOKED_AT); i++) {
    const place = at(all <= MOST_LOOKED_AT ? i : Math.floor(core.secret.next() * all));
    if (place && open(place)) found.add(place);
  }
  if (found.size > 0 || all <= MOST_LOOKED_AT) return [...found];
  // All that were drawn may be of one network.
  for (const list of [idle, queued, full]) for (const place of list) if (open(place)) return [place];
  return [];
}

const waitOf = (core: Core, { volunteer, freeAt }: Place): number =>
  volunteer.queue.length === 0 ? 0 : Math.max(0, freeAt - core.now);

function patience(core: Core, places: readonly Place[]): number {
  const waits = places.map((place) => waitOf(core, place)).sort((a, b) => a - b);
  return Math.max(LEAST_PATIENCE_MS, MOST_PATIENCE * (waits[waits.length >> 1] ?? 0));
}

function weighted(core: Core, task: TaskRecord, places: readonly Place[]): Place | null {
  const weights = places.map(({ volunteer }) => (isKnown(core, volunteer, task.spec.kernel) ? 1 : STRANGER_WEIGHT));
  let left = core.secret.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, place] of places.entries()) {
    left -= weights[i] ?? 0;
    if (left < 0) return place;
  }
  return places.at(-1) ?? null;
}
