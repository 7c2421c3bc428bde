import type { Effect } from './events.js';
import {
  isFinal,
  isLive,
  isSound,
  isWhole,
  type JobRecord,
  type Place,
  type SecretPart,
  type State,
  type TaskRecord,
  type VolunteerRecord,
} from './state.js';

/**
 * The scheduler's invariants. They hold after every event, whatever volunteers did.
 *
 *  1. A task that is done has exactly one accepted attempt, the one that its state names; any other task has none.
 *  2. A task is `running` exactly when it has a live attempt and no result to judge, `checking` exactly when it has a
 *     result to judge; a waiting or ready task has neither, a final one neither unless its result is being checked after all.
 *  3. A live attempt stands exactly once in its volunteer's queue, and nothing else stands there.
 *  4. A volunteer that is gone or in quarantine has an empty queue.
 *  5. A task wants of its queue what its state says, and the queue counts what is wanted of it.
 *  6. A job's counters are what counting its tasks gives, and it is charged with its live attempts.
 *  7. A waiting task waits for a task that is not done; any other that is not over waits for none.
 *  8. No effect of an event goes to a volunteer that is gone when the event is over.
 *  9. Extra work of a job stays within its share (one task is allowed), and no task has more than two live attempts.
 * 10. A class lists those in good standing that are able, each once and in the right list, and counts all that are able.
 * 11. With anything that time alone will change, a wake-up is asked for.
 * 12. In a job that checks, who vouches for a result knows of it; no volunteer is counted as a backup for what is over.
 * 13. A check is open only of a task with a result, or with one on its way; a job that is settled has none, and only final tasks.
 * 14. The grid's load is what counting volunteers and tasks gives.
 * 15. Parts of results are looked at only while their task's check is open; a part is of a result that is here, nobody who computes
 *     one is its maker, and what they cost together is what the job has booked.
 * 16. Only what is here is waited for to be compared.
 */
export function violations(state: State, effects: readonly Effect[], extraShare: number): readonly string[] {
  const broken: string[] = [];
  const check: Check = (ok, invariant, what) => {
    if (!ok) broken.push(`invariant ${invariant}: ${what()}`);
  };
  for (const task of state.tasks.values()) checkTask(state, task, check);
  for (const v of state.volunteers.values()) checkVolunteer(state, v, check);
  checkQueued(state, check);
  checkClasses(state, check);
  checkLoad(state, check);
  for (const job of state.jobs.values()) checkJob(state, job, extraShare, check);
  for (const effect of effects) {
    if (!('volunteer' in effect)) continue;
    const to = state.volunteers.get(effect.volunteer);
    const addressed = !UNADDRESSED.includes(effect.type);
    const there = to !== undefined && to.state.kind !== 'gone';
    check(!addressed || there, 8, () => `${effect.type} to ${effect.volunteer}`);
  }
  return broken;
}

/** Effects that name a volunteer and ask nothing of it. */
const UNADDRESSED: readonly Effect['type'][] = ['check', 'accept', 'retract', 'ran'];

type Check = (ok: boolean, invariant: number, what: () => string) => void;

function checkTask(state: State, task: TaskRecord, check: Check): void {
  const { spec, attempts, after } = task;
  const { kind } = task.state;
  const accepted = attempts.filter((a) => a.state.kind === 'accepted').map((a) => a.id);
  const expected = task.state.kind === 'done' ? [task.state.by] : [];
  check(accepted.join() === expected.join(), 1, () => `${spec.id} is ${kind} with accepted attempts [${accepted}]`);
  const wholes = attempts.filter(isWhole);
  const judged = wholes.some((a) => a.state.kind === 'returned');
  const live = wholes.filter(isLive).length;
  const audited = kind === 'done' && task.queue.job.audits.has(spec.id);
  check((kind === 'checking') === (judged && !audited), 2, () => `${spec.id} is ${kind}, a result to judge: ${judged}`);
  check((kind === 'running') === (live > 0 && !judged && !audited && kind !== 'checking'), 2, () => {
    return `${spec.id} is ${kind} with ${live} live attempts`;
  });
  check(!isFinal(task) || audited || live === 0, 2, () => `${spec.id} is ${kind} with a live attempt`);
  const unmet = after.some((id) => (state.tasks.get(id)?.state.kind ?? 'done') !== 'done');
  check(isFinal(task) || (kind === 'waiting') === unmet, 7, () => `${spec.id} is ${kind}, waits: ${unmet}`);
  check(live <= 2, 9, () => `${spec.id} has ${live} live attempts`);
  const coming = wholes.some((a) => a.state.kind === 'returned' && !a.state.sound);
  const parts = task.check?.parts ?? [];
  const replica =
    task.check?.open === true &&
    task.check.pending.size === 0 &&
    (kind === 'checking' || kind === 'done') &&
    (parts.some(({ verdict }) => verdict === 'open')
      ? parts.some((part) => part.verdict === 'open' && wantsMore(task, part))
      : live === 0 && !coming && wholes.some((a) => isSound(a) || a.state.kind === 'accepted'));
  const wants = kind === 'ready' ? 'first' : replica ? 'replica' : null;
  check(task.wanting === wants, 5, () => `${spec.id} is ${kind} and wants ${task.wanting}, not ${wants}`);
  const open = task.check?.open === true;
  const mayBeOpen = kind === 'running' || kind === 'checking' || audited;
  check(!open || mayBeOpen, 13, () => `${spec.id} is ${kind} with an open check`);
  check(!task.queue.job.settled || (isFinal(task) && !open), 13, () => `${spec.id} is ${kind} in a settled job`);
  checkParts(task, check);
  for (const pair of task.check?.pending ?? []) {
    const here = pair
      .split('|')
      .every((id) => attempts.some((a) => a.id === id && (isSound(a) || a.state.kind === 'accepted')));
    check(here, 16, () => `${spec.id} waits for ${pair} to be compared`);
  }
  if (kind !== 'done') return;
  for (const id of [...(task.check?.agreed ?? []), ...(task.check?.confirmed ?? [])]) {
    check(state.volunteers.get(id)?.vouched.has(spec.id) === true, 12, () => `${id} does not know of ${spec.id}`);
  }
}

/** One opinion on a part, or as many as the side that leads lacks of three votes more than the other. */
function wantsMore({ attempts, check }: TaskRecord, { of, secret }: SecretPart): boolean {
  const mine = attempts.filter((a) => a.probe?.of === of && a.probe.secret === secret);
  const coming = mine.filter((a) => isLive(a) || (a.state.kind === 'returned' && !a.state.sound)).length;
  const here = mine.filter(isSound);
  const same = (a: string, b: string) =>
    a === b || (check?.verdicts.get(a < b ? `${a}|${b}` : `${b}|${a}`) ?? 'different') !== 'different';
  const against = here.filter(({ id }) => !same(id, of));
  if (against.length === 0) return coming < 1;
  const group = Math.max(...against.map((a) => against.filter((b) => same(a.id, b.id)).length));
  return coming < Math.max(1, 3 - Math.abs(group - 1 - (here.length - against.length)));
}

function checkParts({ spec, check: looked, attempts }: TaskRecord, check: Check): void {
  const parts = looked?.parts ?? [];
  check(looked?.open === true || parts.length === 0, 15, () => `${spec.id} has parts and no open check`);
  for (const { of } of parts) {
    const result = attempts.find(({ id }) => id === of);
    const here = result !== undefined && isWhole(result) && (isSound(result) || result.state.kind === 'accepted');
    check(here, 15, () => `${spec.id} has a part of ${of}, which is ${result?.state.kind}`);
  }
  for (const { id, probe, volunteer, state } of attempts) {
    if (!probe) continue;
    const maker = attempts.find((a) => a.id === probe.of)?.volunteer;
    check(maker !== volunteer, 15, () => `${id} has ${volunteer} look at its own result`);
    const wanted = parts.some(({ of, secret }) => of === probe.of && secret === probe.secret);
    const live = state.kind === 'reserved' || state.kind === 'sent' || state.kind === 'running';
    check(!live || wanted, 15, () => `${id} is ${state.kind} though nobody asks for it`);
  }
}

function checkVolunteer(state: State, v: VolunteerRecord, check: Check): void {
  const { kind } = v.state;
  for (const attempt of v.queue) {
    const own = state.attempts.get(attempt.id) === attempt && attempt.volunteer === v.id;
    check(own && isLive(attempt), 3, () => `${attempt.id} in ${v.id}'s queue`);
  }
  check(new Set(v.queue).size === v.queue.length, 3, () => `an attempt stands twice in ${v.id}'s queue`);
  check(
    (kind !== 'gone' && kind !== 'quarantined') || v.queue.length === 0,
    4,
    () => `${v.id} is ${kind} with a queue`,
  );
  const timed = v.queue.length > 0 || kind === 'quarantined';
  const due = v.timerAt;
  check(!timed || due !== null, 11, () => `${v.id} has no timer`);
  check(due === null || kind === 'gone' || (state.wakeAt !== null && state.wakeAt <= due), 11, () => {
    return `nobody will wake the scheduler for ${v.id}`;
  });
}

function checkQueued(state: State, check: Check): void {
  const backups = new Map<string, number>();
  for (const attempt of state.attempts.values()) {
    if (!isLive(attempt)) continue;
    const queue = state.volunteers.get(attempt.volunteer)?.queue ?? [];
    check(queue.includes(attempt), 3, () => `${attempt.id} is ${attempt.state.kind} and in no queue`);
    for (const id of attempt.backups) backups.set(id, (backups.get(id) ?? 0) + 1);
  }
  for (const v of state.volunteers.values()) {
    const counted = backups.get(v.id) ?? 0;
    check(v.backupFor === counted, 12, () => `${v.id} is a backup for ${v.backupFor}, counted ${counted}`);
  }
}

function checkLoad({ load, jobs, volunteers }: State, check: Check): void {
  const present = [...volunteers.values()].filter(
    ({ state: { kind } }) => !['gone', 'joining', 'paused'].includes(kind),
  );
  const busy = present.filter(({ queue }) => queue.length > 0);
  const waiting = [...jobs.values()].reduce((sum, { open }) => sum + open, 0);
  const counted = `${present.length}, ${busy.length}, ${waiting}`;
  check(`${load.present}, ${load.busy}, ${load.waiting}` === counted, 14, () => `a load other than ${counted}`);
}

function checkClasses(state: State, check: Check): void {
  for (const { key, idle, queued, full, able } of state.classes.values()) {
    let counted = 0;
    for (const v of state.volunteers.values()) {
      const place = v.places.get(key);
      const fit = place !== undefined && place.lacks.length + place.unfit.length === 0;
      if (fit) counted++;
      const ready = fit && v.state.kind === 'ready';
      check(ready || !place || place.list === 'none', 10, () => `${v.id} is listed for ${key} though ${v.state.kind}`);
      check(!place || listed(place, { idle, queued, full }), 10, () => `${v.id}'s place in ${key} is elsewhere`);
      check(place?.list !== 'idle' || v.queue.length === 0, 10, () => `${v.id} is idle with a queue`);
    }
    check(able === counted, 10, () => `${key} counts ${able} able volunteers, not ${counted}`);
    for (const list of [idle, queued, full]) {
      const items = [...list];
      const ascends = items.every((place, i) => i === 0 || (items[i - 1]?.key ?? 0) <= place.key);
      check(ascends, 10, () => `${key} lists volunteers out of order`);
    }
  }
}

function listed(place: Place, lists: Readonly<Record<'idle' | 'queued' | 'full', Iterable<Place>>>): boolean {
  const names = ['idle', 'queued', 'full'] as const;
  return names.every((name) => [...lists[name]].includes(place) === (place.list === name));
}

function checkJob(state: State, job: JobRecord, extraShare: number, check: Check): void {
  const { id } = job;
  const counted = { open: 0, done: 0, failed: 0, cancelled: 0 };
  let units = 0;
  let doneUnits = 0;
  let largest = 0;
  let spent = 0;
  let charged = 0;
  let unseen = 0;
  for (const taskId of job.tasks) {
    const task = state.tasks.get(taskId);
    if (!task) continue;
    const { kind } = task.state;
    const { workUnits } = task.spec;
    units += workUnits;
    largest = Math.max(largest, workUnits);
    for (const attempt of task.attempts) {
      spent += attempt.probe?.workUnits ?? 0;
      if (isLive(attempt)) charged += Math.round(attempt.expectedMs);
    }
    if (task.check?.unseen) unseen++;
    if (kind === 'waiting' || kind === 'ready') counted.open++;
    else if (kind === 'done' || kind === 'failed' || kind === 'cancelled') counted[kind]++;
    if (kind === 'done') doneUnits += workUnits;
  }
  for (const key of ['open', 'done', 'failed', 'cancelled'] as const) {
    check(job[key] === counted[key], 6, () => `${id}.${key} is ${job[key]}, counted ${counted[key]}`);
  }
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b));
  check(near(job.units, units) && near(job.doneUnits, doneUnits), 6, () => `${id}'s work units`);
  check(near(job.spot.spent, spent), 15, () => `${id} has spent ${job.spot.spent} on parts, counted ${spent}`);
  check(job.charged === charged, 6, () => `${id} is charged with ${job.charged} ms, counted ${charged}`);
  check(job.unseen === unseen, 6, () => `${id}.unseen is ${job.unseen}, counted ${unseen}`);
  const share = job.settings.extraShare ?? extraShare;
  check(job.extraUnits <= Math.max(largest, share * units), 9, () => `${id} has ${job.extraUnits} extra units`);
  for (const queue of job.queues) {
    const mine = [...job.tasks].flatMap((taskId) => state.tasks.get(taskId) ?? []).filter((t) => t.queue === queue);
    const firsts = mine.filter((t) => t.wanting === 'first').length;
    const replicas = mine.filter((t) => t.wanting === 'replica').length;
    const right = queue.firsts === firsts && queue.replicasWanted === replicas;
    check(right, 5, () => `${id} counts ${queue.firsts} + ${queue.replicasWanted}, not ${firsts} + ${replicas}`);
  }
}
