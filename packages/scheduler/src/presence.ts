import type { VolunteerId } from '@tabgrid/protocol/ids';
import type { Capabilities } from '@tabgrid/protocol/task';
import { dismissStale } from './admit.js';
import { type Core, touch } from './core.js';
import type { SchedulerEvent } from './events.js';
import { moveAttempt, moveVolunteer, settleVolunteer } from './moves.js';
import { NOBODY, type VolunteerRecord } from './state.js';
import { IllegalMoveError } from './transitions.js';

/** How volunteers come, come back and go. */

export function join(core: Core, event: Extract<SchedulerEvent, { type: 'volunteerJoined' }>): void {
  const { capabilities, paused, hidden, tags = NOBODY, volunteer: id } = event;
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
  v.paused = paused;
  v.hidden = hidden;
  v.joinedAt = core.now;
  v.linkSuspect = null;
  v.silent = null;
  v.roundTrip = null;
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
    advised: null,
    backupFor: 0,
    statistics: 0,
    trips: 0,
    places: new Map(),
    timerAt: null,
  };
}

export function leave(core: Core, v: VolunteerRecord, reason: string): void {
  if (v.state.kind === 'gone') return;
  moveVolunteer(core, v, { kind: 'gone', reason });
  for (const attempt of v.queue) moveAttempt(core, attempt, { kind: 'lost', reason }, reason);
}

function sameAdapter({ adapter: a, software: x }: Capabilities, { adapter: b, software: y }: Capabilities): boolean {
  return x === y && a.vendor === b.vendor && a.architecture === b.architecture && a.browser === b.browser;
}
