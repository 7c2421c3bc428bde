import { createManualClock } from '@tabgrid/protocol/clock';
import { OwnerToken, RoomId } from '@tabgrid/protocol/ids';
import type { Signal } from '@tabgrid/protocol/signaling';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseTrustProxy } from './network.js';
import { parseOriginTable } from './origin-table.js';
import { join, joinOwner, startServer } from './test-support.js';

const RELAY: Signal = { kind: 'relay', dial: 1 };
const OFFER: Signal = { kind: 'rtc', dial: 1, signal: { type: 'offer', sdp: 'v=0' } };

describe('a room', () => {
  it('is found by its link and brings signals both ways', async () => {
    const server = await startServer({ publicUrl: 'https://grid.example.org', iceServers: [{ urls: ['stun:a'] }] });
    const owner = await joinOwner(server);
    expect(owner.welcome).toMatchObject({
      protocol: PROTOCOL_VERSION,
      iceServers: [{ urls: ['stun:a'] }],
      publicUrl: 'https://grid.example.org',
    });
    const volunteer = await join(server, { role: 'volunteer', room: owner.room.id });
    expect(volunteer.welcome.room).toBeNull();
    const { presence } = await owner.take('volunteerJoined');
    expect(presence).toMatchObject({ peer: volunteer.welcome.peer, pool: false });
    expect(await volunteer.take('owner')).toEqual({ type: 'owner', peer: owner.welcome.peer, room: owner.room.id });

    volunteer.send({ type: 'signal', to: owner.welcome.peer, signal: OFFER });
    expect(await owner.take('signal')).toEqual({ type: 'signal', from: volunteer.welcome.peer, signal: OFFER });
    owner.send({ type: 'signal', to: volunteer.welcome.peer, signal: RELAY });
    expect(await volunteer.take('signal')).toEqual({ type: 'signal', from: owner.welcome.peer, signal: RELAY });

    await volunteer.close();
    expect(await owner.take('volunteerLeft')).toEqual({ type: 'volunteerLeft', peer: volunteer.welcome.peer });
  });

  it('has an id and peers that nobody can guess, and no ICE server by default', async () => {
    const server = await startServer();
    const owners = await Promise.all([joinOwner(server), joinOwner(server)]);
    const ids = owners.flatMap((owner) => [owner.room.id, owner.welcome.peer]);
    expect(new Set(ids).size).toBe(4);
    expect(owners[0]?.welcome.iceServers).toEqual([]);
    expect(owners[0]?.welcome.publicUrl).toBeNull();
  });

  it('keeps signals inside', async () => {
    const server = await startServer();
    const [owner, stranger] = await Promise.all([joinOwner(server), joinOwner(server)]);
    const one = await join(server, { role: 'volunteer', room: owner.room.id });
    const other = await join(server, { role: 'volunteer', room: owner.room.id });
    await owner.take('volunteerJoined');
    await owner.take('volunteerJoined');
    await one.take('owner');
    await other.take('owner');
    stranger.send({ type: 'signal', to: one.welcome.peer, signal: OFFER });
    stranger.send({ type: 'signal', to: owner.welcome.peer, signal: OFFER });
    one.send({ type: 'signal', to: other.welcome.peer, signal: OFFER });
    one.send({ type: 'signal', to: 'n'.repeat(22), signal: OFFER });
    await stranger.nothing();
    await one.nothing();
    await other.nothing();
    await owner.nothing();
  });
});

describe('the owner', () => {
  it('is who has the token, which is in nothing that a volunteer gets', async () => {
    const server = await startServer();
    const owner = await joinOwner(server);
    const seen: string[] = [];
    const volunteer = await join(server, { role: 'volunteer', room: owner.room.id });
    volunteer.socket.on('message', (data: Buffer) => seen.push(data.toString()));
    await volunteer.take('owner');
    await volunteer.nothing();
    expect(JSON.stringify(volunteer.welcome) + seen.join()).not.toContain(owner.room.token);
  });

  it('cannot be made from the join link', async () => {
    const server = await startServer();
    const owner = await joinOwner(server);
    const changed = owner.room.token.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'));
    const forged = { id: owner.room.id, token: v.parse(OwnerToken, changed) };
    await expect(joinOwner(server, { room: forged })).rejects.toThrow('badToken');
    const other = await joinOwner(server);
    const mixed = { id: owner.room.id, token: other.room.token };
    await expect(joinOwner(server, { room: mixed })).rejects.toThrow('badToken');
    await owner.nothing();
  });

  it('takes its room over from an older dashboard', async () => {
    const server = await startServer();
    const first = await joinOwner(server);
    const volunteer = await join(server, { role: 'volunteer', room: first.room.id });
    await first.take('volunteerJoined');
    await volunteer.take('owner');
    const second = await joinOwner(server, { room: first.room });
    await first.refused('ownerPresent');
    expect(second.room).toEqual(first.room);
    expect((await second.take('volunteerJoined')).presence.peer).toBe(volunteer.welcome.peer);
    expect(await volunteer.take('ownerLeft')).toMatchObject({ peer: first.welcome.peer });
    expect(await volunteer.take('owner')).toMatchObject({ peer: second.welcome.peer });
    await second.nothing();
  });

  it('stays the owner when the server restarts with its secret, while volunteers waited', async () => {
    const before = await startServer({ secret: 'kept across the restart' });
    const { room } = await joinOwner(before);
    await before.close();
    const after = await startServer({ secret: 'kept across the restart' });
    const volunteer = await join(after, { role: 'volunteer', room: room.id });
    await volunteer.nothing();
    const owner = await joinOwner(after, { room });
    expect((await owner.take('volunteerJoined')).presence.peer).toBe(volunteer.welcome.peer);
    await volunteer.take('owner');
    const elsewhere = await startServer({ secret: 'another secret altogether' });
    await expect(joinOwner(elsewhere, { room })).rejects.toThrow('badToken');
  });

  it('is reported when it goes and when it comes back', async () => {
    const server = await startServer();
    const owner = await joinOwner(server);
    const volunteer = await join(server, { role: 'volunteer', room: owner.room.id });
    await volunteer.take('owner');
    await owner.close();
    expect(await volunteer.take('ownerLeft')).toMatchObject({ peer: owner.welcome.peer });
    const again = await joinOwner(server, { room: owner.room });
    expect(await volunteer.take('owner')).toMatchObject({ peer: again.welcome.peer });
  });
});

describe('network tags', () => {
  it('is equal within a /24 or a /64 as a trusted proxy names it, and for the owner only', async () => {
    const server = await startServer({ trustProxy: parseTrustProxy(['1']) });
    const owner = await joinOwner(server);
    const tagOf = async (from: string) => {
      await join(server, { role: 'volunteer', room: owner.room.id }, { from });
      return (await owner.take('volunteerJoined')).presence.networkTag;
    };
    const first = await tagOf('192.0.2.1');
    expect(await tagOf('192.0.2.99')).toBe(first);
    expect(await tagOf('::ffff:192.0.2.5')).toBe(first);
    expect(await tagOf('6.6.6.6, 192.0.2.7')).toBe(first);
    expect(await tagOf('192.0.3.1')).not.toBe(first);
    const six = await tagOf('2001:db8::1');
    expect(await tagOf('2001:db8::ffff')).toBe(six);
    expect(six).not.toBe(first);
  });

  it('is not what a client says of itself without a trusted proxy', async () => {
    const server = await startServer();
    const owner = await joinOwner(server);
    const tags: string[] = [];
    for (const from of ['192.0.2.1', '198.51.100.1']) {
      await join(server, { role: 'volunteer', room: owner.room.id }, { from });
      tags.push((await owner.take('volunteerJoined')).presence.networkTag);
    }
    expect(tags[0]).toBe(tags[1]);
  });
});

describe('the origin', () => {
  it('is told to the owner as the table knows it, and never the address', async () => {
    const origins = parseOriginTable('192.0.2.0\t192.0.2.255\t64500\tFR\tEXAMPLE');
    const server = await startServer({ trustProxy: parseTrustProxy(['1']), origins });
    const owner = await joinOwner(server, { open: true });
    owner.send({ type: 'room', open: true, hasWork: true, wanted: 1 });
    await join(server, { role: 'volunteer', room: owner.room.id }, { from: '192.0.2.7' });
    const known = await owner.take('volunteerJoined');
    expect(known.presence).toMatchObject({ region: 'FR', provider: 'AS64500 EXAMPLE' });
    expect(JSON.stringify(known)).not.toContain('192.0.2');
    await join(server, { role: 'pool' }, { from: '198.51.100.1' });
    expect((await owner.take('volunteerJoined')).presence).toMatchObject({ pool: true, region: null, provider: null });
  });

  it('is unknown without a table', async () => {
    const server = await startServer();
    const owner = await joinOwner(server);
    await join(server, { role: 'volunteer', room: owner.room.id });
    expect((await owner.take('volunteerJoined')).presence).toMatchObject({ region: null, provider: null });
  });
});

describe('the public pool', () => {
  it('spreads volunteers over the rooms that want them, and gives no room more', async () => {
    const server = await startServer();
    const owners = await Promise.all([1, 2, 3].map(() => joinOwner(server, { open: true })));
    for (const owner of owners) owner.send({ type: 'room', open: true, hasWork: true, wanted: 2 });
    await Promise.all(owners.map((owner) => owner.nothing()));
    const volunteers = [];
    for (let i = 0; i < 7; i++) volunteers.push(await join(server, { role: 'pool' }));
    for (const owner of owners) {
      for (let i = 0; i < 2; i++) expect((await owner.take('volunteerJoined')).presence.pool).toBe(true);
      await owner.nothing();
    }
    const given = await Promise.all(volunteers.slice(0, 6).map((volunteer) => volunteer.take('owner')));
    expect(new Set(given.slice(0, 3).map((message) => message.room)).size).toBe(3);
    await volunteers[6]?.nothing();
  });

  it('never gives anybody to a room that is invite-only or idle', async () => {
    const server = await startServer();
    const [invited, idle] = await Promise.all([joinOwner(server), joinOwner(server, { open: true })]);
    invited.send({ type: 'room', open: false, hasWork: true, wanted: 5 });
    idle.send({ type: 'room', open: true, hasWork: false, wanted: 5 });
    await invited.nothing();
    await idle.nothing();
    const volunteer = await join(server, { role: 'pool' });
    await volunteer.nothing();
    await invited.nothing();
    await idle.nothing();
  });

  it('takes a volunteer back and gives it on, to the same room after a while', async () => {
    const clock = createManualClock();
    const server = await startServer({ clock, limits: { poolReturn: 5000 } });
    const owner = await joinOwner(server, { open: true });
    owner.send({ type: 'room', open: true, hasWork: true, wanted: 5 });
    await owner.nothing();
    const volunteer = await join(server, { role: 'pool' });
    await volunteer.take('owner');
    await owner.take('volunteerJoined');
    volunteer.send({ type: 'leaveRoom' });
    await owner.take('volunteerLeft');
    await clock.advance(4000);
    await volunteer.nothing();
    await clock.advance(1000);
    expect(await volunteer.take('owner')).toMatchObject({ room: owner.room.id });
    await owner.take('volunteerJoined');
  });
});

it('answers a volunteer by a link to a room that never was by letting it wait', async () => {
  const server = await startServer();
  const volunteer = await join(server, { role: 'volunteer', room: v.parse(RoomId, 'x'.repeat(22)) });
  await volunteer.nothing();
});
