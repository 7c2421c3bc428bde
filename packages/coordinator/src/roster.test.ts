import { createManualClock } from '@tabgrid/protocol/clock';
import { AttemptId, JobId, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { FromVolunteer } from '@tabgrid/protocol/link';
import { RECORDS_VERSION } from '@tabgrid/protocol/records';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { createLink } from '@tabgrid/transport/create-link';
import { createFaultyWire } from '@tabgrid/transport/faulty-wire';
import { createMemoryLinkPair, createMemoryWirePair } from '@tabgrid/transport/memory';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createBlobServer } from './blob-server.js';
import type { MemberRecord } from './journal-records.js';
import type { Origin } from './member.js';
import { createRoster } from './roster.js';
import { capabilities, createScripted } from './test-volunteer.js';

const OWN: Origin = { kind: 'own' };
const FRIEND: Origin = { kind: 'room', network: 'a', region: 'FR', provider: 'AS1', invited: true };
const STRANGER: Origin = { kind: 'room', network: 'b', region: null, provider: null, invited: false };

function setUp() {
  const clock = createManualClock();
  const told: SchedulerEvent[] = [];
  const joined: string[] = [];
  const roster = createRoster({
    clock,
    owner: 'Ada',
    blobs: createBlobServer(clock),
    kernels: [{ kind: pathtraceTask.kind, version: pathtraceTask.version }],
    tell: (event) => void told.push(event),
    joined: ({ id }) => joined.push(id),
    result: () => {},
    changed: () => {},
  });
  const join = async (session: string, origin: Origin) => {
    const [ours, theirs] = createMemoryLinkPair(clock);
    const scripted = createScripted(clock, { session });
    roster.attach(ours, origin);
    scripted.connect(theirs);
    await clock.advance(1);
    return scripted;
  };
  const joins = () => told.filter((event) => event.type === 'volunteerJoined');
  return { clock, roster, told, joined, join, joins };
}

const record = (ordinal: number, change: Partial<MemberRecord> = {}): MemberRecord => ({
  version: RECORDS_VERSION,
  id: v.parse(VolunteerId, `v${ordinal + 1}`),
  session: v.parse(VolunteerId, `session-${ordinal}`),
  ordinal,
  name: `Volunteer ${ordinal + 1}`,
  invited: false,
  capabilities: capabilities(),
  ...change,
});

describe('who joins', () => {
  it('is told with where it comes from, and never with what it says of itself', async () => {
    const { join, joins } = setUp();
    await join('own', OWN);
    await join('friend', FRIEND);
    await join('stranger', STRANGER);
    const nowhere = { network: null, region: null, provider: null };
    expect(joins().map(({ tags }) => tags)).toEqual([
      { ...nowhere, owner: null, invited: true, trusted: true },
      { network: 'a', region: 'FR', provider: 'AS1', owner: null, invited: true, trusted: false },
      { ...nowhere, network: 'b', owner: null, invited: false, trusted: false },
    ]);
  });

  it('is trusted by its present link, and invited for good', async () => {
    const { join, joins, roster, joined } = setUp();
    await join('same', OWN);
    await join('same', STRANGER);
    await join('same', OWN);
    expect(joins().map(({ tags }) => [tags?.trusted, tags?.invited])).toEqual([
      [true, true],
      [false, true],
      [true, true],
    ]);
    expect(roster.members()).toHaveLength(1);
    expect(joined).toEqual(['v1', 'v1', 'v1']);
  });

  it('leaves before it joins again', async () => {
    const { join, told } = setUp();
    await join('same', FRIEND);
    await join('same', FRIEND);
    const turns = told.flatMap(({ type }) => (type === 'volunteerJoined' || type === 'volunteerLeft' ? [type] : []));
    expect(turns).toEqual(['volunteerJoined', 'volunteerLeft', 'volunteerJoined']);
  });
});

describe('members of a page before', () => {
  it('are known again by their session, and newcomers get other names', async () => {
    const { roster, join, joins, told } = setUp();
    roster.restore([record(0), record(4, { invited: true })]);
    expect(roster.members()).toMatchObject([
      { id: 'v1', name: 'Volunteer 1', link: null, network: null },
      { id: 'v5', link: null },
    ]);
    expect(told).toEqual([]);
    await join('session-4', STRANGER);
    await join('somebody-else', STRANGER);
    expect(joins()).toMatchObject([
      { volunteer: 'v5', tags: { invited: true } },
      { volunteer: 'v6', tags: { invited: false } },
    ]);
    expect(roster.member(v.parse(VolunteerId, 'v6'))?.ordinal).toBe(5);
    expect(roster.members()).toHaveLength(3);
  });
});

describe('a link', () => {
  it('that comes when the dashboard is closed is closed, too', async () => {
    const { roster, clock } = setUp();
    await roster.close('the dashboard is closed');
    const [ours, theirs] = createMemoryLinkPair(clock);
    roster.attach(ours, FRIEND);
    await clock.advance(3_000);
    expect(theirs.state).toBe('closed');
    expect(roster.members()).toEqual([]);
  });

  it('is measured when its volunteer tells of itself', async () => {
    const { join, joins, told, clock } = setUp();
    const volunteer = await join('friend', FRIEND);
    const telemetry = { visibility: 'hidden', intensity: 1, battery: null, gpuBusyMs: 0 } as const;
    await clock.advance(5_000);
    for (const paused of [true, false]) await volunteer.say({ type: 'telemetry', telemetry: { ...telemetry, paused } });
    await clock.advance(1);
    const heard = told.filter(({ type }) => type === 'volunteerTold');
    expect(heard).toMatchObject([
      { paused: true, hidden: true, telemetry: { intensity: 1, battery: null } },
      { paused: false, hidden: true },
    ]);
    expect(joins()).toMatchObject([{ telemetry: { intensity: expect.any(Number) } }]);
    const measured = told.filter(({ type }) => type === 'linkMeasured');
    const calm = { path: 'local', jitterMs: 0, lateShare: 0, congestion: expect.any(Number) };
    expect(measured).toMatchObject([
      { volunteer: 'v1', quality: calm },
      { volunteer: 'v1', quality: calm },
    ]);
    expect(told.some(({ type }) => type === 'roundTripMeasured')).toBe(true);
  });

  it('is measured when it falls silent, and when it is back', async () => {
    const { clock, roster, told } = setUp();
    const [near, far] = createMemoryWirePair();
    const lossy = createFaultyWire(far);
    const digest = () => new Uint8Array(32);
    roster.attach(createLink(near, { clock, digest }), FRIEND);
    createScripted(clock, { session: 'lossy' }).connect(createLink(lossy, { clock, digest }));
    await clock.advance(1);
    lossy.onTheWay(() => null);
    await clock.advance(3_500);
    const silences = () => told.flatMap((event) => (event.type === 'linkMeasured' ? [event.quality.silentMs] : []));
    expect(silences()).toEqual([expect.closeTo(3000, -2)]);
    lossy.onTheWay((frame) => frame);
    await clock.advance(1_000);
    expect(silences()).toEqual([expect.closeTo(3000, -2), 0]);
  });

  it('is measured with results, too, but not with each of many', async () => {
    const { join, told, clock } = setUp();
    const volunteer = await join('friend', FRIEND);
    const result: FromVolunteer = {
      type: 'result',
      ref: { attempt: v.parse(AttemptId, 't.1'), task: v.parse(TaskId, 't'), job: v.parse(JobId, 'j') },
      outputs: [],
      stats: { kernelMs: 1, wallMs: 1, submissions: 1 },
    };
    const measured = () => told.filter(({ type }) => type === 'linkMeasured').length;
    await clock.advance(100);
    for (let i = 0; i < 20; i++) {
      await volunteer.say(result);
      await clock.advance(500);
    }
    expect(told.filter(({ type }) => type === 'roundTripMeasured').length).toBe(20);
    expect(measured()).toBe(5);
  });
});
