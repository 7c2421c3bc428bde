import type { OwnerToken, RoomId } from '@tabgrid/protocol/ids';
import { message } from '@tabgrid/protocol/message';
import type { Presence } from '@tabgrid/protocol/signaling';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Link } from './link.js';
import { patterned } from './link-tests.js';
import { createOwnerSource, type OwnerSourceDeps } from './owner-source.js';
import type { OwnerSource, OwnerStatus, SourceStatus } from './source.js';
import { systemClock } from './system-clock.js';
import { createTestHub, type TestHub, type TestHubOptions } from './test-hub.js';
import { nodeRtc, noRtc } from './test-rtc.js';
import { createVolunteerSource, type VolunteerSourceDeps } from './volunteer-source.js';

const SOON = { timeout: 25_000, interval: 5 };
const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

const shared = {
  clock: systemClock,
  /** The shortest waits. */
  random: () => 0,
  wrtc: nodeRtc,
  openSocket: (url: string) => new WebSocket(url),
};

async function hubWith(options?: TestHubOptions): Promise<TestHub> {
  const hub = await createTestHub(options);
  undo.push(() => hub.close());
  return hub;
}

async function ownerAt(hub: TestHub, deps: Partial<OwnerSourceDeps> = {}) {
  const source = createOwnerSource({ ...shared, url: hub.url, ...deps });
  undo.push(() => source.close());
  const volunteers: { link: Link; presence: Presence }[] = [];
  source.onVolunteer((link, presence) => volunteers.push({ link, presence }));
  const statuses: OwnerStatus[] = [];
  source.onStatus((status) => statuses.push(status));
  const room = await onlineRoom(source);
  return { source, volunteers, statuses, room };
}

function onlineRoom(source: OwnerSource): Promise<{ id: RoomId; token: OwnerToken }> {
  return new Promise((resolve) => {
    source.onStatus((status) => {
      if (status.kind === 'online') resolve(status.room);
    });
  });
}

function volunteerAt(hub: TestHub, join: VolunteerSourceDeps['join'], deps: Partial<VolunteerSourceDeps> = {}) {
  const source = createVolunteerSource({ ...shared, url: hub.url, join, ...deps });
  undo.push(() => source.close());
  const links: Link[] = [];
  source.onLink((link) => links.push(link));
  const statuses: SourceStatus[] = [];
  source.onStatus((status) => statuses.push(status));
  return { source, links, statuses, kinds: () => statuses.map((s) => s.kind) };
}

async function nth<T>(list: readonly T[], n: number): Promise<T> {
  await vi.waitFor(() => expect(list.length).toBeGreaterThan(n), SOON);
  const item = list[n];
  if (item === undefined) throw new Error('nothing there');
  return item;
}

async function exchange(a: Link, b: Link): Promise<void> {
  const seen = vi.fn();
  b.onMessage(seen);
  const m = message({ hello: 1 }, patterned(100_000, 1));
  await a.send(m);
  await vi.waitFor(() => expect(seen).toHaveBeenCalledTimes(1), SOON);
}

const signals = (hub: TestHub, kind: 'rtc' | 'relay') =>
  hub.log.filter((m) => m.type === 'signal' && m.signal.kind === kind).length;

describe.skipIf(noRtc)('a direct link', () => {
  it('comes about by the room, and carries both ways', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id });
    const link = await nth(volunteer.links, 0);
    const guest = await nth(owner.volunteers, 0);
    await exchange(link, guest.link);
    await exchange(guest.link, link);
    expect(link.stats().path).toBe('direct');
    expect(guest.link.stats().path).toBe('direct');
    expect(guest.presence.pool).toBe(false);
    expect(volunteer.statuses.at(-1)).toEqual({ kind: 'linked' });
    expect(hub.relayedBytes).toBe(0);
  });

  it('outlives the server, and both sides register again by themselves', async () => {
    const tokens = new Map<RoomId, OwnerToken>();
    const first = await createTestHub({ tokens });
    const port = Number(new URL(first.url).port);
    const owner = await ownerAt(first);
    const volunteer = volunteerAt(first, { kind: 'room', room: owner.room.id });
    const link = await nth(volunteer.links, 0);
    const guest = await nth(owner.volunteers, 0);
    await first.close();
    await vi.waitFor(() => expect(owner.statuses.at(-1)?.kind).toBe('offline'), SOON);
    await exchange(link, guest.link);

    const second = await hubWith({ tokens, port });
    await vi.waitFor(() => expect(owner.statuses.at(-1)?.kind).toBe('online'), SOON);
    expect(await onlineRoom(owner.source)).toEqual(owner.room);
    // The volunteer is told of its owner again; with a link in hand it dials nobody.
    await vi.waitFor(() => expect(second.log.filter((m) => m.type === 'hello').length).toBe(2), SOON);
    await exchange(guest.link, link);
    expect(signals(second, 'rtc')).toBe(0);
    expect(volunteer.links.length).toBe(1);
    expect(volunteer.statuses.at(-1)).toEqual({ kind: 'linked' });
  });

  it('is dialled anew after a loss, as a fresh link', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id });
    await nth(volunteer.links, 0);
    const before = await nth(owner.volunteers, 0);
    await before.link.close('try again');
    const link = await nth(volunteer.links, 1);
    const guest = await nth(owner.volunteers, 1);
    await exchange(link, guest.link);
    expect(guest.presence).toEqual(before.presence);
    const kinds = volunteer.kinds().filter((kind) => kind !== 'waiting');
    expect(kinds.slice(-4)).toEqual(['linked', 'retrying', 'connecting', 'linked']);
  });

  it('falls back to the relay when nothing answers the dial in time, and stays there for a while', async () => {
    const hub = await hubWith();
    // An owner without WebRTC never answers an offer.
    const owner = await ownerAt(hub, { peerBudget: { take: () => false } });
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, { dialTimeoutMs: 50 });
    const link = await nth(volunteer.links, 0);
    const guest = await nth(owner.volunteers, 0);
    await exchange(link, guest.link);
    expect([link.stats().path, guest.link.stats().path]).toEqual(['relay', 'relay']);
    const offers = signals(hub, 'rtc');
    expect(offers).toBeGreaterThan(0);
    await guest.link.close('try again');
    await nth(volunteer.links, 1);
    await nth(owner.volunteers, 1);
    expect(signals(hub, 'rtc')).toBe(offers);
    expect(signals(hub, 'relay')).toBe(2);
  });

  it('is relayed when the page has made all the connections that it may', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, { peerBudget: { take: () => false } });
    expect((await nth(volunteer.links, 0)).stats().path).toBe('relay');
    expect(signals(hub, 'rtc')).toBe(0);
  });

  it('tries TURN first when it is to be relayed and there is a TURN server, then the WebSocket', async () => {
    // Nothing listens at that port: the dial cannot succeed, and says nothing of this machine.
    const hub = await hubWith({ iceServers: [{ urls: ['turn:127.0.0.1:9'], username: 'u', credential: 'c' }] });
    const owner = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, { relayOnly: true, dialTimeoutMs: 300 });
    expect((await nth(volunteer.links, 0)).stats().path).toBe('relay');
    await nth(owner.volunteers, 0);
    expect(signals(hub, 'rtc')).toBeGreaterThan(0);
    const ownerPeer = hub.log.flatMap((m) => (m.type === 'signal' && m.signal.kind === 'relay' ? [m.to] : []))[0];
    expect(ownerPeer).toBeDefined();
    const told = JSON.stringify(hub.log.filter((m) => m.type === 'signal' && m.to === ownerPeer));
    expect(told).not.toContain('typ host');
    expect(told).not.toContain('typ srflx');
  });
});

describe('a relayed link', () => {
  const relayOnly = { relayOnly: true };

  it('needs no WebRTC at all, and tells the owner no address', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, relayOnly);
    const link = await nth(volunteer.links, 0);
    const guest = await nth(owner.volunteers, 0);
    await exchange(link, guest.link);
    await exchange(guest.link, link);
    expect(signals(hub, 'rtc')).toBe(0);
    expect(hub.relayedBytes).toBeGreaterThan(200_000);
  });

  it('ends with the server, and comes back with it', async () => {
    const tokens = new Map<RoomId, OwnerToken>();
    const first = await createTestHub({ tokens });
    const port = Number(new URL(first.url).port);
    const owner = await ownerAt(first);
    const volunteer = volunteerAt(first, { kind: 'room', room: owner.room.id }, relayOnly);
    const link = await nth(volunteer.links, 0);
    await nth(owner.volunteers, 0);
    await first.close();
    expect((await link.closed).by).toBe('lost');
    await vi.waitFor(() => expect(volunteer.statuses.at(-1)?.kind).toBe('retrying'), SOON);
    await hubWith({ tokens, port });
    const fresh = await nth(volunteer.links, 1);
    const guest = await nth(owner.volunteers, 1);
    await exchange(fresh, guest.link);
  });

  it('ends at once on one side when the other side’s socket is gone', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, relayOnly);
    await nth(volunteer.links, 0);
    const guest = await nth(owner.volunteers, 0);
    hub.dropRole('volunteer');
    expect(await guest.link.closed).toEqual({ by: 'lost', text: 'the volunteer left' });
    const link = await nth(volunteer.links, 1);
    await nth(owner.volunteers, 1);
    hub.dropRole('owner');
    expect((await link.closed).text).toBe('the owner left');
  });

  it('gives way to a newer one of the same volunteer', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, relayOnly);
    const link = await nth(volunteer.links, 0);
    const guest = await nth(owner.volunteers, 0);
    // The volunteer's end dies without a word to the other.
    link.onMessage(() => {
      throw new Error('the reader is broken');
    });
    void guest.link.send(message('poison')).catch(() => {});
    await nth(owner.volunteers, 1);
    await guest.link.closed;
    const fresh = await nth(volunteer.links, 1);
    const again = await nth(owner.volunteers, 1);
    await exchange(again.link, fresh);
    expect(again.presence.peer).toBe(guest.presence.peer);
  });
});

describe('the public pool', () => {
  it('gives a volunteer to a room that has work, and takes it back when the owner says goodbye', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub, { open: true });
    const volunteer = volunteerAt(hub, { kind: 'pool' }, { relayOnly: true });
    await vi.waitFor(() => expect(volunteer.kinds()).toContain('waiting'), SOON);
    owner.source.announce({ open: true, hasWork: true, wanted: 3 });
    await nth(volunteer.links, 0);
    const guest = await nth(owner.volunteers, 0);
    expect(guest.presence.pool).toBe(true);
    await guest.link.close('no more work');
    await vi.waitFor(() => expect(hub.log.some((m) => m.type === 'leaveRoom')).toBe(true), SOON);
    await vi.waitFor(() => expect(volunteer.statuses.at(-1)?.kind).toBe('waiting'), SOON);
    owner.source.announce({ open: true, hasWork: true, wanted: 3 });
    await nth(volunteer.links, 1);
  });

  it('leaves a room whose owner has gone', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub, { open: true });
    owner.source.announce({ open: true, hasWork: true, wanted: 3 });
    const volunteer = volunteerAt(hub, { kind: 'pool' }, { relayOnly: true });
    await vi.waitFor(() => expect(volunteer.kinds()).toContain('waiting'), SOON);
    owner.source.announce({ open: true, hasWork: true, wanted: 3 });
    await nth(volunteer.links, 0);
    await owner.source.close();
    await vi.waitFor(() => expect(hub.log.some((m) => m.type === 'leaveRoom')).toBe(true), SOON);
    await vi.waitFor(() => expect(volunteer.statuses.at(-1)?.kind).toBe('waiting'), SOON);
  });

  it.skipIf(noRtc)('keeps a linked volunteer in its room through a loss of its socket', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub, { open: true });
    const volunteer = volunteerAt(hub, { kind: 'pool' });
    await vi.waitFor(() => expect(volunteer.kinds()).toContain('waiting'), SOON);
    owner.source.announce({ open: true, hasWork: true, wanted: 3 });
    const link = await nth(volunteer.links, 0);
    hub.dropRole('pool');
    const roles = () => hub.log.flatMap((m) => (m.type === 'hello' ? [m.as.role] : []));
    await vi.waitFor(() => expect(roles()).toEqual(['owner', 'pool', 'volunteer']), SOON);
    expect(link.state).toBe('open');
    // Without the link it is the pool's again.
    await link.close('enough');
    await vi.waitFor(() => expect(roles()).toEqual(['owner', 'pool', 'volunteer', 'pool']), SOON);
  });
});

describe('an owner’s page that is reloaded', () => {
  it.skipIf(noRtc).each([
    ['direct', {}],
    ['relay', { relayOnly: true }],
  ] as const)('is dialled again by its volunteers, by themselves (%s)', async (path, deps) => {
    const hub = await hubWith();
    const before = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: before.room.id }, deps);
    const link = await nth(volunteer.links, 0);
    await before.source.close();
    await link.closed;
    const after = await ownerAt(hub, { room: before.room });
    const fresh = await nth(volunteer.links, 1);
    const guest = await nth(after.volunteers, 0);
    await exchange(fresh, guest.link);
    expect(fresh.stats().path).toBe(path);
    expect(volunteer.statuses.at(-1)).toEqual({ kind: 'linked' });
  });
});

describe('the owner’s source', () => {
  it('keeps its room through a loss of its socket, and tells the server again what it wants', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    owner.source.announce({ open: true, hasWork: true, wanted: 7 });
    hub.dropRole('owner');
    await vi.waitFor(() => expect(owner.statuses.map((s) => s.kind)).toContain('offline'), SOON);
    await vi.waitFor(() => expect(owner.statuses.at(-1)).toMatchObject({ kind: 'online', room: owner.room }), SOON);
    await vi.waitFor(
      () => expect(hub.log.at(-1)).toEqual({ type: 'room', open: true, hasWork: true, wanted: 7 }),
      SOON,
    );
  });

  it('takes its former room when it is handed one', async () => {
    const hub = await hubWith();
    const first = await ownerAt(hub);
    await first.source.close();
    const second = await ownerAt(hub, { room: first.room });
    expect(second.room).toEqual(first.room);
  });

  it('asks for a new room when the server calls its token worthless', async () => {
    const hub = await hubWith();
    const elsewhere = await hubWith();
    const stranger = await ownerAt(elsewhere);
    const owner = await ownerAt(hub, { room: stranger.room });
    expect(owner.room.id).not.toBe(stranger.room.id);
  });

  it('gives way to another dashboard, for good', async () => {
    const hub = await hubWith();
    const first = await ownerAt(hub);
    await ownerAt(hub, { room: first.room });
    await vi.waitFor(() => expect(first.statuses.at(-1)).toEqual({ kind: 'replaced' }), SOON);
  });

  it('is not moved by senseless signals of a volunteer', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    const socket = new WebSocket(hub.url);
    undo.push(() => socket.terminate());
    await new Promise((resolve) => socket.once('open', resolve));
    const peerOfOwner = new Promise<string>((resolve) => {
      socket.on('message', (data, isBinary) => {
        if (isBinary) return;
        const text = JSON.parse(String(data));
        if (text.type === 'owner') resolve(text.peer);
      });
    });
    const say = (m: object) => socket.send(JSON.stringify(m));
    say({ type: 'hello', protocol: 1, as: { role: 'volunteer', room: owner.room.id } });
    const to = await peerOfOwner;
    const rtc = (dial: number, signal: object) => say({ type: 'signal', to, signal: { kind: 'rtc', dial, signal } });
    rtc(1, { type: 'answer', sdp: 'nobody asked' });
    rtc(1, { type: 'offer', sdp: 'garbage' });
    for (let dial = 2; dial < 60; dial++) rtc(dial, { type: 'offer', sdp: 'v=0' });
    rtc(3, { type: 'candidate', candidate: { candidate: 'late' } });
    say({ type: 'signal', to, signal: { kind: 'relay', dial: 1 } }); // an old number
    say({ type: 'signal', to, signal: { kind: 'relay', dial: 100 } });
    const guest = await nth(owner.volunteers, 0);
    expect(guest.link.stats().path).toBe('relay');
    rtc(100, { type: 'offer', sdp: 'of a relayed dial' });
    socket.terminate();
    expect((await guest.link.closed).by).toBe('lost');
    expect(owner.volunteers.length).toBe(1);
    // It is still there for others.
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, { relayOnly: true });
    await exchange(await nth(volunteer.links, 0), (await nth(owner.volunteers, 1)).link);
  });

  it('says goodbye to everybody when it closes', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, { relayOnly: true });
    const link = await nth(volunteer.links, 0);
    await nth(owner.volunteers, 0);
    await owner.source.close();
    expect((await link.closed).by).toBe('them');
    await vi.waitFor(() => expect(volunteer.statuses.at(-1)?.kind).toBe('waiting'), SOON);
  });
});

describe('the volunteer’s source', () => {
  it('waits for an owner that is away, in words', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    await owner.source.close();
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, { relayOnly: true });
    await vi.waitFor(
      () => expect(volunteer.statuses.at(-1)).toEqual({ kind: 'waiting', why: 'the owner of this room is away' }),
      SOON,
    );
    await ownerAt(hub, { room: owner.room });
    await nth(volunteer.links, 0);
  });

  it('fails for good when the server speaks another protocol', async () => {
    const hub = await hubWith();
    const volunteer = volunteerAt(hub, { kind: 'pool' }, { relayOnly: true });
    await vi.waitFor(() => expect(volunteer.kinds()).toContain('waiting'), SOON);
    hub.refuse('badVersion', 'reload the page');
    await vi.waitFor(() => expect(volunteer.statuses.at(-1)).toEqual({ kind: 'failed', why: 'reload the page' }), SOON);
  });

  it('says goodbye when it closes, and is quiet from then on', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, { relayOnly: true });
    await nth(volunteer.links, 0);
    const guest = await nth(owner.volunteers, 0);
    const count = volunteer.statuses.length;
    await Promise.all([volunteer.source.close(), volunteer.source.close()]);
    expect(await guest.link.closed).toEqual({ by: 'them', text: 'this side stopped' });
    hub.dropRole('owner');
    await vi.waitFor(() => expect(hub.log.filter((m) => m.type === 'hello').length).toBe(3), SOON);
    expect(volunteer.statuses.length).toBe(count);
    expect(volunteer.links.length).toBe(1);
  });

  it('is not moved by anything that the server says', async () => {
    const hub = await hubWith();
    const owner = await ownerAt(hub);
    const volunteer = volunteerAt(hub, { kind: 'room', room: owner.room.id }, { relayOnly: true });
    const link = await nth(volunteer.links, 0);
    const guest = await nth(owner.volunteers, 0);
    const from = guest.presence.peer;
    for (const said of [
      '',
      'null',
      '[]',
      new Uint8Array(3),
      new Uint8Array(60_000),
      JSON.stringify({
        type: 'signal',
        from,
        signal: { kind: 'rtc', dial: 1, signal: { type: 'answer', sdp: 'v=0' } },
      }),
      JSON.stringify({ type: 'signal', from, signal: { kind: 'relay', dial: 9 } }),
      JSON.stringify({ type: 'volunteerLeft', peer: 'x'.repeat(22) }),
      JSON.stringify({ type: 'ownerLeft', peer: 'x'.repeat(22) }),
    ]) {
      hub.say('volunteer', said);
    }
    await exchange(link, guest.link);
    expect(volunteer.statuses.at(-1)).toEqual({ kind: 'linked' });
  });
});
