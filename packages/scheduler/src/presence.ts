import type { VolunteerId } from '@tabgrid/protocol/ids';
import type { Capabilities } from '@tabgrid/protocol/task';
import { dismissStale } from './admit.js';
import { type Core, touch } from './core.js';
import type { SchedulerEvent } from './events.js';
import { moveAttempt, moveVolunteer, settleVolunteer } from './moves.js';
import { learnVisit, NO_RECORD } from './oracle.js';
import { NOBODY, ONE_ATTEMPT, type VolunteerRecord } from './state.js';
import { IllegalMoveError } from './transitions.js';

/** How volunteers come, come back and go. */

export function join(core: Core, event: Extract<SchedulerEvent, { type: 'volunteerJoined' }>): void {
  const { capabilities, paused, hidden, tags = NOBODY, telemetry = null, volunteer: id } = event;
  const known = core.state.volunteers.get(id);
  if (known && known.state.kind !== 'gone') {
    throw new IllegalMoveError(`volunteer ${id} joined while ${known.state.kind}\n${core.log.story(id)}`);
  }
  const v = known ?? newcomer(core, id, event);
  if (!sameAdapter(v.capabilities, capabilities)) {
    // Another GPU or browser: what was seen of the old one says nothing of it.
    v.speeds.clear();
    v.memoryCeiling = null;
  }
  v.capabilities = capabilities;
  v.tags = tags;
  if (tags.trusted) core.state.trusted.add(v);
  else core.state.trusted.delete(v);
  v.paused = paused;
  v.hidden = hidden;
  v.joinedAt = core.now;
  v.linkSuspect = null;
  v.silent = null;
  v.roundTrip = null;
  v.rhythm = null;
  v.telemetry = telemetry;
  v.link = null;
  v.restUntil = 0;
  v.statistics++;
  v.trips++;
  if (known) moveVolunteer(core, v, { kind: 'joining' });
  else core.state.volunteers.set(id, v);
  touch(core, v);
  settleVolunteer(core, v);
  if (known) dismissStale(core, v);
}

function newcomer(
  core: Core,
  id: VolunteerId,
  { capabilities }: Extract<SchedulerEvent, { type: 'volunteerJoined' }>,
): VolunteerRecord {
  return {
    id,
    seq: core.state.nextSeq++,
    capabilities,
    tags: NOBODY,
    state: { kind: 'joining' },
    joinedAt: core.now,
    readyUntil: 0,
    paused: false,
    hidden: false,
    linkSuspect: null,
    silent: null,
    queue: [],
    lost: new Set(),
    headAt: core.now,
    signAt: core.now,
    assignedAt: core.now,
    lastReturnAt: core.now,
    speeds: new Map(),
    roundTrip: null,
    record: NO_RECORD,
    rhythm: null,
    visits: null,
    telemetry: null,
    link: null,
    bytesPerSecond: null,
    holds: new Set(),
    memoryCeiling: null,
    restUntil: 0,
    failuresInRow: 0,
    quarantinedUntil: 0,
    quarantineReason: '',
    quarantines: 0,
    verified: new Map(),
    vouched: new Set(),
    doubts: 0,
    advised: null,
    share: ONE_ATTEMPT,
    usual: 1,
    backupFor: 0,
    statistics: 0,
    trips: 0,
    places: new Map(),
    timerAt: null,
  };
}

export function leave(core: Core, v: VolunteerRecord, reason: string): void {
  if (v.state.kind === 'gone') return;
  noteVisit(core, v);
  moveVolunteer(core, v, { kind: 'gone', reason });
  for (const attempt of v.queue) moveAttempt(core, attempt, { kind: 'lost', reason }, reason);
}

/** Networks that are remembered. */
const MOST_NETWORKS = 10_000;

function noteVisit({ state: { visits }, now }: Core, v: VolunteerRecord): void {
  const length = now - v.joinedAt;
  v.visits = learnVisit(v.visits ?? undefined, length);
  const { network } = v.tags;
  if (network === null) return;
  const visit = learnVisit(visits.get(network), length);
  visits.delete(network);
  visits.set(network, visit);
  if (visits.size <= MOST_NETWORKS) return;
  for (const oldest of visits.keys()) {
    visits.delete(oldest);
    return;
  }
}

function sameAdapter({ adapter: a, software: x }: Capabilities, { adapter: b, software: y }: Capabilities): boolean {
  return x === y && a.vendor === b.vendor && a.architecture === b.architecture && a.browser === b.browser;
}
