import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import { createManualClock } from '@tabgrid/protocol/clock';
import { PeerId, RoomId } from '@tabgrid/protocol/ids';
import { MAX_FRAME_BYTES, MAX_SIGNALING_BYTES } from '@tabgrid/protocol/limits';
import type { FromServer, SignalingErrorCode } from '@tabgrid/protocol/signaling';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { createSignalingClient, type SignalingStatus, type SocketLike } from './signaling-client.js';

const peer = v.parse(PeerId, 'abcdefghijklmnopqrstuv');
const room = v.parse(RoomId, 'ABCDEFGHIJKLMNOPQRSTUV');
const welcome: FromServer = {
  type: 'welcome',
  protocol: PROTOCOL_VERSION,
  peer,
  iceServers: [],
  room: null,
  publicUrl: null,
};

/** A socket that the test plays the server of. */
function fakeSocket() {
  const listeners = new Map<string, (event: { data: unknown }) => void>();
  const sent: (string | Bytes)[] = [];
  const fake = {
    sent,
    closed: false,
    buffered: 0,
    socket: {
      binaryType: 'blob',
      get bufferedAmount(): number {
        return fake.buffered;
      },
      send: (data) => sent.push(data),
      close() {
        fake.closed = true;
      },
      addEventListener(type: string, listener: (event: { data: unknown }) => void) {
        listeners.set(type, listener);
      },
    } satisfies SocketLike,
    open: () => listeners.get('open')?.({ data: null }),
    say: (data: unknown) => listeners.get('message')?.({ data }),
    tell: (message: FromServer) => listeners.get('message')?.({ data: JSON.stringify(message) }),
    drop: () => listeners.get('close')?.({ data: null }),
  };
  return fake;
}

async function setUp(random = () => 0.5) {
  const clock = createManualClock();
  const sockets: ReturnType<typeof fakeSocket>[] = [];
  const statuses: SignalingStatus['kind'][] = [];
  const client = createSignalingClient({
    url: 'ws://server.test/signal',
    clock,
    random,
    hello: () => ({ role: 'volunteer', room }),
    openSocket() {
      const fake = fakeSocket();
      sockets.push(fake);
      return fake.socket;
    },
  });
  client.onStatus((status) => statuses.push(status.kind));
  await clock.advance(0);
  const latest = () => {
    const fake = sockets.at(-1);
    if (!fake) throw new Error('no socket');
    return fake;
  };
  return { clock, client, sockets, statuses, latest };
}

async function online(random?: () => number) {
  const all = await setUp(random);
  all.latest().open();
  all.latest().tell(welcome);
  return all;
}

describe('the signaling client', () => {
  it('says hello on a fresh socket, and nothing else before the welcome', async () => {
    const { client, latest, statuses } = await setUp();
    expect(client.send({ type: 'ping' })).toBe(false);
    latest().open();
    expect(client.send({ type: 'ping' })).toBe(false);
    expect(latest().sent.map(String)).toEqual([
      JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, as: { role: 'volunteer', room } }),
    ]);
    expect(latest().socket.binaryType).toBe('arraybuffer');
    latest().tell(welcome);
    expect(client.status).toEqual({ kind: 'online', welcome });
    expect(client.send({ type: 'ping' })).toBe(true);
    expect(statuses).toEqual(['connecting', 'online']);
  });

  it('hands out what the server tells, and drops what is no message', async () => {
    const { client, latest } = await online();
    const seen: FromServer[] = [];
    client.onMessage((m) => seen.push(m));
    const told: FromServer = { type: 'owner', peer, room };
    latest().say('{');
    latest().say(JSON.stringify({ type: 'unheard of' }));
    latest().say(JSON.stringify({ ...told, more: 1 }));
    latest().say(' '.repeat(MAX_SIGNALING_BYTES + 1) + JSON.stringify(told));
    latest().say(null);
    latest().tell(told);
    expect(seen).toEqual([told]);
    fc.assert(fc.property(fc.string(), (text) => void latest().say(text)));
    expect(client.status.kind).toBe('online');
  });

  it('sends nothing that the schema forbids', async () => {
    const { client, latest } = await online();
    const before = latest().sent.length;
    expect(() => client.send({ type: 'room', open: true, hasWork: true, wanted: -1 })).toThrow(v.ValiError);
    expect(latest().sent.length).toBe(before);
  });

  it('comes back with growing, jittered waits, and begins anew after a welcome', async () => {
    const { clock, client, sockets, latest } = await online(() => 0.5);
    const waits: number[] = [];
    client.onStatus((status) => {
      if (status.kind === 'retrying') waits.push(status.inMs);
    });
    for (let i = 0; i < 8; i++) {
      latest().drop();
      const count = sockets.length;
      await clock.advance((waits.at(-1) ?? 0) - 1);
      expect(sockets.length).toBe(count);
      await clock.advance(1);
      expect(sockets.length).toBe(count + 1);
    }
    expect(waits).toEqual([375, 750, 1500, 3000, 6000, 12_000, 22_500, 22_500]);
    latest().open();
    latest().tell(welcome);
    latest().drop();
    expect(waits.at(-1)).toBe(375);
  });

  it('takes the wait from the random source', async () => {
    const { client, latest } = await online(() => 0);
    latest().drop();
    expect(client.status).toEqual({ kind: 'retrying', inMs: 250, why: 'the connection to the server was lost' });
  });

  it.each<[SignalingErrorCode, 'stopped' | 'retrying']>([
    ['badVersion', 'stopped'],
    ['badToken', 'stopped'],
    ['ownerPresent', 'stopped'],
    ['tooMany', 'retrying'],
    ['shuttingDown', 'retrying'],
    ['relayQuota', 'retrying'],
  ])('after the error %s is %s, and says the server’s words', async (code, kind) => {
    const { clock, client, latest, sockets } = await online();
    latest().tell({ type: 'error', code, message: 'because' });
    latest().drop();
    expect(client.status).toMatchObject({ kind, why: 'because' });
    await clock.advance(60_000);
    expect(sockets.length > 1).toBe(kind === 'retrying');
  });

  it('gives up a socket that never opens, never welcomes, or no longer answers', async () => {
    const { clock, client, sockets, latest } = await setUp();
    await clock.advance(10_000);
    expect(client.status.kind).toBe('retrying');
    expect(sockets[0]?.closed).toBe(true);
    await clock.advance(400);
    latest().open();
    await clock.advance(10_000);
    expect(sockets[1]?.closed).toBe(true);
    await clock.advance(800);
    latest().open();
    latest().tell(welcome);
    for (let i = 0; i < 5; i++) {
      await clock.advance(20_000);
      expect(latest().sent.at(-1)).toBe('{"type":"ping"}');
      latest().tell({ type: 'pong' });
    }
    expect(client.status.kind).toBe('online');
    await clock.advance(29_999);
    expect(client.status.kind).toBe('online');
    await clock.advance(1);
    expect(client.status.kind).toBe('retrying');
  });

  it('does not give up a socket that still brings something while the answer is under way', async () => {
    const { clock, client, latest } = await online();
    await clock.advance(25_000);
    latest().tell({ type: 'ownerLeft', peer });
    await clock.advance(14_999);
    expect(client.status.kind).toBe('online');
    await clock.advance(1);
    expect(client.status.kind).toBe('retrying');
  });

  it('ignores a former socket', async () => {
    const { client, sockets, latest } = await online();
    client.reconnect();
    expect(sockets[0]?.closed).toBe(true);
    sockets[0]?.tell(welcome);
    sockets[0]?.drop();
    expect(client.status.kind).toBe('connecting');
    latest().open();
    latest().tell(welcome);
    expect(client.status.kind).toBe('online');
    expect(sockets.length).toBe(2);
  });

  it('is quiet after close', async () => {
    const { clock, client, sockets, latest, statuses } = await online();
    client.close();
    client.close();
    client.reconnect();
    latest().tell(welcome);
    latest().drop();
    await clock.advance(100_000);
    expect(sockets.length).toBe(1);
    expect(statuses.slice(2)).toEqual(['stopped']);
  });

  it('stops with words when the address is none', async () => {
    const clock = createManualClock();
    const client = createSignalingClient({
      url: 'nonsense',
      clock,
      random: () => 0,
      hello: () => ({ role: 'pool' }),
      openSocket() {
        throw new SyntaxError('the URL is invalid');
      },
    });
    await clock.advance(0);
    expect(client.status).toEqual({ kind: 'stopped', code: null, why: 'the URL is invalid' });
  });
});

describe('relayed messages', () => {
  const from = (...rest: number[]) => concatBytes([new TextEncoder().encode(peer), Uint8Array.from(rest)]);

  it('reach the listeners of their sender only, as ArrayBuffer or view', async () => {
    const { client, latest } = await online();
    const seen = vi.fn();
    const stop = client.onRelayed(peer, seen);
    const other = vi.fn();
    client.onRelayed(v.parse(PeerId, 'x'.repeat(22)), other);
    latest().say(from(1, 2).buffer);
    latest().say(Buffer.from(from(3)));
    expect(seen.mock.calls).toEqual([[Uint8Array.of(1, 2)], [Uint8Array.of(3)]]);
    latest().say(from().buffer);
    latest().say(new Uint8Array(10).buffer);
    latest().say(concatBytes([from(), new Uint8Array(MAX_FRAME_BYTES + 1)]).buffer);
    stop();
    latest().say(from(4).buffer);
    expect(seen).toHaveBeenCalledTimes(2);
    expect(other).not.toHaveBeenCalled();
  });

  it('wait for the socket to drain, in turn', async () => {
    const { clock, client, latest } = await online();
    expect(client.writable()).toBe(true);
    latest().buffered = 1024 * 1024;
    expect(client.writable()).toBe(false);
    const order: string[] = [];
    client.whenWritable(() => {
      order.push('a');
      latest().buffered = 1024 * 1024;
      client.whenWritable(() => order.push('a again'));
    });
    client.whenWritable(() => order.push('b'));
    await clock.advance(100);
    expect(order).toEqual([]);
    latest().buffered = 0;
    await clock.advance(100);
    expect(order).toEqual(['a']);
    latest().buffered = 0;
    await clock.advance(100);
    expect(order).toEqual(['a', 'b', 'a again']);
  });

  it('end when the socket does, and nobody waits any more', async () => {
    const { clock, client, latest } = await online();
    const down = vi.fn();
    client.onDown(down);
    latest().buffered = 2 ** 20;
    const waited = vi.fn();
    client.whenWritable(waited);
    latest().drop();
    expect(down).toHaveBeenCalledTimes(1);
    expect([client.online(), client.writable()]).toEqual([false, false]);
    client.sendRelayed(from(1));
    client.whenWritable(waited);
    await clock.advance(200);
    expect(waited).not.toHaveBeenCalled();
  });
});
