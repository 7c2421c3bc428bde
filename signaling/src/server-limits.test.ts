import { randomBytes } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { createManualClock } from '@tabgrid/protocol/clock';
import { MAX_SIGNALING_BYTES } from '@tabgrid/protocol/limits';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import { describe, expect, it } from 'vitest';
import { parseTrustProxy } from './network.js';
import { connect, join, joinOwner, startServer } from './test-support.js';

/** An owner and a volunteer that must notice nothing of what others do. */
async function bystanders(server: Awaited<ReturnType<typeof startServer>>) {
  const owner = await joinOwner(server);
  const volunteer = await join(server, { role: 'volunteer', room: owner.room.id });
  await owner.take('volunteerJoined');
  await volunteer.take('owner');
  return async () => {
    await owner.nothing();
    await volunteer.nothing();
  };
}

describe('hostile messages', () => {
  const hello = JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, as: { role: 'pool' } });
  const cases = [
    ['no JSON', '{"type"', 'malformed'],
    ['another type', '{"type":"root"}', 'malformed'],
    ['a field more', '{"type":"ping","x":1}', 'malformed'],
    ['a deep nest', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'malformed'],
    ['__proto__', '{"__proto__":{"type":"ping"}}', 'malformed'],
    ['hello again', hello, 'unexpected'],
    ['a message of an owner', '{"type":"room","open":true,"hasWork":true,"wanted":1}', 'unexpected'],
    ['a long text', JSON.stringify({ type: 'ping', pad: 'x'.repeat(MAX_SIGNALING_BYTES) }), 'tooLarge'],
    ['a huge text', 'x'.repeat(5_000_000), 'tooLarge'],
    ['a huge frame', Buffer.alloc(5_000_000), 'tooLarge'],
    ['a frame over the bound', Buffer.alloc(22 + 16_385, 'a'), 'tooLarge'],
    ['a frame without content', Buffer.alloc(22, 'a'), 'malformed'],
    ['a frame for no id', Buffer.alloc(100, '!'), 'malformed'],
    ['an empty frame', Buffer.alloc(0), 'malformed'],
  ] as const;

  for (const [name, data, code] of cases) {
    it(`ends the socket of ${name} with ${code}, and nobody else's`, async () => {
      const server = await startServer();
      const unharmed = await bystanders(server);
      const client = await join(server, { role: 'pool' });
      client.sendRaw(data);
      const error = await client.refused(code);
      expect(error.message.length).toBeGreaterThan(10);
      await unharmed();
    });
  }

  it('says hello first, in a version that is spoken', async () => {
    const server = await startServer();
    for (const [data, code] of [
      ['{"type":"ping"}', 'unexpected'],
      [Buffer.alloc(100, 'a'), 'unexpected'],
      [`{"type":"hello","protocol":${PROTOCOL_VERSION + 1},"as":{"role":"pool"}}`, 'badVersion'],
      ['{"type":"hello","protocol":0,"role":"volunteer"}', 'badVersion'],
      [`{"type":"hello","protocol":${PROTOCOL_VERSION},"as":{"role":"volunteer","room":"../../etc"}}`, 'malformed'],
      [`{"type":"hello","protocol":${PROTOCOL_VERSION},"as":{"role":"king"}}`, 'malformed'],
    ] as const) {
      const client = await connect(server);
      client.sendRaw(data);
      await client.refused(code);
    }
  });

  it('survives bytes that are no WebSocket frame and text that is no UTF-8', async () => {
    const server = await startServer();
    const unharmed = await bystanders(server);
    // A masked text frame with invalid UTF-8, and one with a reserved opcode, as no library would send them.
    for (const frame of [
      [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe],
      [0x83, 0x80, 0, 0, 0, 0],
      [0x81, 0x01, 0x41],
    ]) {
      const answer = await rawFrame(server.port, Buffer.from(frame));
      expect(answer).toContain('"code":"malformed"');
    }
    await unharmed();
  });

  it('ends a socket that says nothing, and not one that has said hello', async () => {
    const clock = createManualClock();
    const server = await startServer({ clock, limits: { helloTimeout: 5000 } });
    const greeted = await join(server, { role: 'pool' });
    const silent = await connect(server);
    await clock.advance(4999);
    expect(silent.socket.readyState).toBe(silent.socket.OPEN);
    await clock.advance(1);
    expect((await silent.refused('unexpected')).message).toContain('no hello');
    await greeted.nothing();
  });
});

describe('bounds', () => {
  it('refuses who sends too fast', async () => {
    const clock = createManualClock();
    const server = await startServer({ clock, limits: { messagesPerSecond: 1, messageBurst: 5000 } });
    const unharmed = await bystanders(server);
    const client = await join(server, { role: 'pool' }); // its hello counts
    const pings = async (count: number) => {
      for (let i = 0; i < count; i++) client.send({ type: 'ping' });
      for (let i = 0; i < count; i++) await client.take('pong');
    };
    await pings(4);
    await clock.advance(2000);
    await pings(2);
    client.send({ type: 'ping' });
    await client.refused('tooFast');
    await unharmed();
  });

  it('gives an owner the rate of its volunteers on top', async () => {
    const clock = createManualClock();
    const server = await startServer({ clock, limits: { messagesPerSecond: 1, messageBurst: 20_000 } });
    const owner = await joinOwner(server);
    await join(server, { role: 'volunteer', room: owner.room.id });
    await owner.take('volunteerJoined');
    for (let i = 0; i < 40; i++) owner.send({ type: 'ping' });
    for (let i = 0; i < 39; i++) await owner.take('pong');
    await owner.refused('tooFast');
  });

  it('refuses a stream of tiny relayed frames', async () => {
    const server = await startServer({ limits: { relayFramesPerSecond: 100 } });
    const unharmed = await bystanders(server);
    const client = await join(server, { role: 'pool' });
    for (let i = 0; i < 5000; i++) client.sendRaw(Buffer.alloc(23, 'a'));
    await client.refused('tooFast');
    await unharmed();
  });

  it('bounds the connections of an address, tells the first ones too many, and frees their places', async () => {
    const server = await startServer({
      limits: { maxConnectionsPerAddress: 2 },
      trustProxy: parseTrustProxy(['loopback']),
    });
    const from = '192.0.2.1';
    const first = await join(server, { role: 'pool' }, { from });
    await join(server, { role: 'pool' }, { from });
    const third = await connect(server, { from });
    await third.refused('tooMany');
    const neighbour = await join(server, { role: 'pool' }, { from: '192.0.2.2' });
    await neighbour.nothing();
    await first.close();
    await first.closed;
    await expect.poll(async () => (await connect(server, { from })).socket.readyState).toBe(1);
  });

  it('answers 429 and 503 where not even that is to be had', async () => {
    const full = await startServer({ limits: { maxConnections: 1 } });
    await join(full, { role: 'pool' });
    await expect(connect(full)).rejects.toThrow('503');
    const crowded = await startServer({ limits: { maxConnectionsPerAddress: 1 } });
    const sockets = await Promise.all([1, 2].map(() => rawUpgrade(crowded.port)));
    await expect(connect(crowded)).rejects.toThrow('429');
    for (const socket of sockets) socket.destroy();
  });

  it('bounds rooms, volunteers in a room, and who waits', async () => {
    const server = await startServer({ limits: { maxRooms: 1, maxVolunteersPerRoom: 1, maxWaiting: 1 } });
    const owner = await joinOwner(server);
    await expect(joinOwner(server)).rejects.toThrow('tooMany');
    await join(server, { role: 'volunteer', room: owner.room.id });
    await expect(join(server, { role: 'volunteer', room: owner.room.id })).rejects.toThrow('tooMany');
    await join(server, { role: 'pool' });
    await expect(join(server, { role: 'pool' })).rejects.toThrow('tooMany');
    await owner.take('volunteerJoined');
    await owner.nothing();
  });

  it('takes the same text in one message or in many fragments, and refuses both when too long', async () => {
    const server = await startServer({ limits: { maxMessageBytes: 2048 } });
    const client = await join(server, { role: 'pool' });
    for (const part of ['{"type"', ':"pi', 'ng"}']) client.socket.send(part, { fin: part.endsWith('}') });
    await client.take('pong');
    for (let i = 0; i < 100; i++) client.socket.send('x'.repeat(1000), { fin: i === 99 });
    await client.refused('tooLarge');
  });

  it('ends a socket that does not answer two pings, and keeps one that does', async () => {
    const clock = createManualClock();
    const server = await startServer({ clock, limits: { heartbeat: 20_000 } });
    const owner = await joinOwner(server);
    const dead = await join(server, { role: 'volunteer', room: owner.room.id });
    await owner.take('volunteerJoined');
    dead.socket.pause(); // it reads no ping, so it answers none
    for (let i = 0; i < 2; i++) {
      const pinged = new Promise((resolve) => owner.socket.once('ping', resolve));
      await clock.advance(20_000);
      await pinged;
      await connect(server); // the owner's answer was sent before, and so it is read before
    }
    expect(await owner.take('volunteerLeft')).toMatchObject({ peer: dead.welcome.peer });
    await owner.nothing();
  });
});

const UPGRADE = `GET /signal HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`;

/** A socket that has asked for a WebSocket by hand, once it was answered. */
async function rawUpgrade(port: number) {
  const socket = connectTcp(port, '127.0.0.1');
  socket.write(UPGRADE);
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

/** Sends raw bytes as the first frame; what the server says until it closes. */
async function rawFrame(port: number, frame: Buffer): Promise<string> {
  const socket = await rawUpgrade(port);
  let answer = '';
  socket.on('data', (data) => {
    answer += data.toString('latin1');
  });
  socket.write(frame);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}
