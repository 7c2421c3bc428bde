import { createHash, randomBytes } from 'node:crypto';
import { createManualClock } from '@tabgrid/protocol/clock';
import { MAX_FRAME_BYTES } from '@tabgrid/protocol/limits';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { SignalingOptions } from './server.js';
import { join, joinOwner, startServer } from './test-support.js';

const KiB = 1024;

/** A room of one owner and some volunteers, all announced. */
async function grid(options: SignalingOptions = {}, volunteers = 1) {
  const server = await startServer(options);
  const owner = await joinOwner(server);
  const members = [];
  for (let i = 0; i < volunteers; i++) {
    const volunteer = await join(server, { role: 'volunteer', room: owner.room.id });
    await owner.take('volunteerJoined');
    await volunteer.take('owner');
    members.push(volunteer);
  }
  const [volunteer, other] = members;
  if (!volunteer) throw new Error('a grid without a volunteer');
  return { server, owner, volunteer, other: other ?? volunteer };
}

const framed = (to: string, body: Buffer) => Buffer.concat([Buffer.from(to, 'latin1'), body]);
const from = (frame: Buffer) => frame.toString('latin1', 0, 22);
const body = (frame: Buffer) => frame.subarray(22);

describe('relayed frames', () => {
  it('arrive whole, with the sender in the place of the receiver', async () => {
    const { owner, volunteer } = await grid();
    for (const bytes of [Buffer.from([0]), randomBytes(MAX_FRAME_BYTES)]) {
      volunteer.sendRaw(framed(owner.welcome.peer, bytes));
      const up = await owner.frame();
      expect([from(up), body(up).equals(bytes)]).toEqual([volunteer.welcome.peer, true]);
      owner.sendRaw(framed(volunteer.welcome.peer, bytes));
      const down = await volunteer.frame();
      expect([from(down), body(down).equals(bytes)]).toEqual([owner.welcome.peer, true]);
    }
  });

  it('keep their order and content over many megabytes', async () => {
    const { owner, volunteer } = await grid();
    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    for (let i = 0; i < 1024; i++) {
      const bytes = randomBytes(MAX_FRAME_BYTES);
      sent.update(bytes);
      volunteer.sendRaw(framed(owner.welcome.peer, bytes));
    }
    for (let i = 0; i < 1024; i++) received.update(body(await owner.frame()));
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  });

  it('go between an owner and its volunteers only, and nowhere when the receiver has left', async () => {
    const { server, owner, volunteer, other } = await grid({}, 2);
    const stranger = await joinOwner(server);
    let strays = 0;
    for (const one of [owner, volunteer, other, stranger]) {
      one.socket.on('message', (_, binary) => {
        if (binary) strays += 1;
      });
    }
    const bytes = randomBytes(10);
    volunteer.sendRaw(framed(other.welcome.peer, bytes));
    volunteer.sendRaw(framed(volunteer.welcome.peer, bytes));
    stranger.sendRaw(framed(volunteer.welcome.peer, bytes));
    owner.sendRaw(framed(stranger.welcome.peer, bytes));
    owner.sendRaw(framed('n'.repeat(22), bytes));
    for (const one of [owner, volunteer, other, stranger]) await one.nothing();
    for (const one of [owner, volunteer, other, stranger]) await one.nothing();
    expect(strays).toBe(0);
    await other.close();
    await owner.take('volunteerLeft');
    owner.sendRaw(framed(other.welcome.peer, bytes));
    await owner.nothing();
  });

  it('are carried for a volunteer of the pool as long as it is in the room', async () => {
    const server = await startServer();
    const owner = await joinOwner(server, { open: true });
    owner.send({ type: 'room', open: true, hasWork: true, wanted: 1 });
    const volunteer = await join(server, { role: 'pool' });
    volunteer.sendRaw(framed(owner.welcome.peer, Buffer.from('early'))); // dropped, or passed on: never an error
    await volunteer.take('owner');
    volunteer.sendRaw(framed(owner.welcome.peer, Buffer.from('in time')));
    for (let frame = await owner.frame(); body(frame).toString() !== 'in time'; ) frame = await owner.frame();
    volunteer.send({ type: 'leaveRoom' });
    volunteer.sendRaw(framed(owner.welcome.peer, Buffer.from('late')));
    await volunteer.nothing();
    await owner.take('volunteerJoined');
    await owner.take('volunteerLeft');
    await owner.nothing();
  });
});

describe('the byte quota', () => {
  it('ends the relay of a volunteer that has used its own up, in whichever direction', async () => {
    const { owner, volunteer, other } = await grid({ limits: { relayConnectionBytes: 1000 } }, 2);
    volunteer.sendRaw(framed(owner.welcome.peer, Buffer.alloc(600)));
    await owner.frame();
    owner.sendRaw(framed(volunteer.welcome.peer, Buffer.alloc(400)));
    await volunteer.frame();
    owner.sendRaw(framed(volunteer.welcome.peer, Buffer.alloc(1)));
    expect((await volunteer.refused('relayQuota')).message).toContain('connection');
    expect(await owner.take('volunteerLeft')).toMatchObject({ peer: volunteer.welcome.peer });
    other.sendRaw(framed(owner.welcome.peer, Buffer.alloc(1000)));
    await owner.frame();
    await owner.nothing();
  });

  it('bounds a room over all its volunteers until its window is over', async () => {
    const clock = createManualClock();
    const { server, owner, volunteer, other } = await grid(
      { clock, limits: { relayRoomBytes: 1000, relayWindow: 10_000 } },
      2,
    );
    volunteer.sendRaw(framed(owner.welcome.peer, Buffer.alloc(900)));
    await owner.frame();
    other.sendRaw(framed(owner.welcome.peer, Buffer.alloc(200)));
    expect((await other.refused('relayQuota')).message).toContain('room');
    await owner.take('volunteerLeft');
    await clock.advance(10_000);
    const again = await join(server, { role: 'volunteer', room: owner.room.id });
    again.sendRaw(framed(owner.welcome.peer, Buffer.alloc(200)));
    expect(body(await owner.frame())).toHaveLength(200);
  });

  it('turns relaying off when it is 0, and signals go on', async () => {
    const { owner, volunteer } = await grid({ limits: { relayConnectionBytes: 0 } });
    volunteer.send({ type: 'signal', to: owner.welcome.peer, signal: { kind: 'relay', dial: 1 } });
    await owner.take('signal');
    volunteer.sendRaw(framed(owner.welcome.peer, Buffer.alloc(1)));
    await volunteer.refused('relayQuota');
  });
});

describe('back-pressure', () => {
  const FRAME = randomBytes(MAX_FRAME_BYTES);

  /** Sends until the server holds more than `bound`, and then for as long as the own socket takes any more. */
  async function pump(url: string, client: { socket: WebSocket }, to: string, bound: number): Promise<void> {
    let sent = 0;
    let taken = 0;
    let full = false;
    for (let before = -1; !full || taken > before; ) {
      if (sent > 16_384) throw new Error('256 MiB have gone out, and nobody was held back');
      before = taken;
      for (let i = 0; i < 64; i++, sent++) client.socket.send(framed(to, FRAME), () => void taken++);
      for (let turn = 0; turn < 200 && taken < sent; turn++) await new Promise((resolve) => setImmediate(resolve));
      full = (await figure(url, 'tabgrid_relay_buffered_bytes')) > bound;
    }
  }

  it('holds back who sends to a reader that has stopped, in bounded memory, and loses nothing', async () => {
    const bound = 256 * KiB;
    const { server, owner, volunteer } = await grid({
      clock: createManualClock(),
      limits: { relayBufferBytes: bound },
    });
    owner.socket.pause();
    await pump(server.url, volunteer, owner.welcome.peer, bound);
    const buffered = await figure(server.url, 'tabgrid_relay_buffered_bytes');
    expect(buffered).toBeGreaterThan(bound);
    expect(buffered).toBeLessThan(bound + 256 * KiB);
    expect(volunteer.socket.bufferedAmount).toBeGreaterThan(0);

    owner.socket.resume();
    const sent = await figure(server.url, 'tabgrid_relay_frames_total');
    for (let i = 0; i < sent; i++) expect(body(await owner.frame()).equals(FRAME)).toBe(true);
    await volunteer.nothing(); // what it sent after the relay went on
    expect(await figure(server.url, 'tabgrid_relay_buffered_bytes')).toBeLessThanOrEqual(bound);
  });

  it('cuts off a receiver that takes nothing, so that the others go on', async () => {
    const clock = createManualClock();
    const { server, owner, volunteer, other } = await grid(
      { clock, limits: { relayBufferBytes: 256 * KiB, relayStall: 4000 } },
      2,
    );
    volunteer.socket.pause();
    await pump(server.url, owner, volunteer.welcome.peer, 256 * KiB);
    expect(await figure(server.url, 'tabgrid_relay_buffered_bytes')).toBeGreaterThan(256 * KiB);
    await clock.advance(4000);
    expect(await owner.take('volunteerLeft')).toMatchObject({ peer: volunteer.welcome.peer });
    owner.sendRaw(framed(other.welcome.peer, Buffer.from('on we go')));
    expect(body(await other.frame()).toString()).toBe('on we go');
    expect(await figure(server.url, 'tabgrid_relay_buffered_bytes')).toBe(0);
  });
});

/** One figure of `/metrics`. */
async function figure(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no figure ${name}`);
  return Number(line.split(' ')[1]);
}
