import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import { PeerId } from '@tabgrid/protocol/ids';
import { message } from '@tabgrid/protocol/message';
import * as v from 'valibot';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createLink } from './create-link.js';
import { patterned, runLinkTests } from './link-tests.js';
import { createRelayWire, type RelaySocket } from './relay.js';
import { createSignalingClient, type SignalingClient } from './signaling-client.js';
import { systemClock } from './system-clock.js';
import { createTestHub, type TestHub } from './test-hub.js';

const SOON = { timeout: 25_000, interval: 5 };
const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

interface Member {
  readonly client: SignalingClient;
  readonly peer: PeerId;
}

async function member(hub: TestHub): Promise<Member> {
  const client = createSignalingClient({
    url: hub.url,
    clock: systemClock,
    random: () => 0.5,
    hello: () => ({ role: 'pool' }),
    openSocket: (url) => new WebSocket(url),
  });
  undo.push(() => client.close());
  const peer = await new Promise<PeerId>((resolve) => {
    client.onStatus((status) => {
      if (status.kind === 'online') resolve(status.welcome.peer);
    });
  });
  return { client, peer };
}

async function house() {
  const hub = await createTestHub();
  undo.push(() => hub.close());
  return { hub, a: await member(hub), b: await member(hub) };
}

runLinkTests('relay', async () => {
  const { a, b } = await house();
  const near = createRelayWire({ socket: a.client, peer: b.peer, dial: 1 });
  const far = createRelayWire({ socket: b.client, peer: a.peer, dial: 1 });
  return {
    near,
    far,
    async dispose() {
      for (const each of undo.splice(0).reverse()) await each();
    },
  };
});

describe('relayed links', () => {
  it('share one socket, each with its own order, none starving another', { timeout: 60_000 }, async () => {
    const { hub, a, b } = await house();
    const others = [b, await member(hub), await member(hub)];
    const done: number[] = [];
    const sends: Promise<void>[] = [];
    others.forEach((other, n) => {
      const link = createLink(createRelayWire({ socket: a.client, peer: other.peer, dial: 1 }), { clock: systemClock });
      const back = createLink(createRelayWire({ socket: other.client, peer: a.peer, dial: 1 }), { clock: systemClock });
      back.onMessage((m) => {
        expect(m.body).toHaveLength(500_000);
        done.push(n);
      });
      for (let i = 0; i < 12; i++) sends.push(link.send(message(i, patterned(500_000, i))));
    });
    await Promise.all(sends);
    // The last link had a third of its messages through before the first one had all of its own.
    const lastOfFirst = done.lastIndexOf(0);
    expect(done.slice(0, lastOfFirst).filter((n) => n === 2).length).toBeGreaterThan(3);
  });

  it('of the same peers are told apart by their dial: stale frames reach no newer link', async () => {
    const { a, b } = await house();
    const old = createRelayWire({ socket: a.client, peer: b.peer, dial: 1 });
    const fresh = createRelayWire({ socket: a.client, peer: b.peer, dial: 2 });
    const frames: Bytes[] = [];
    createRelayWire({ socket: b.client, peer: a.peer, dial: 2 }).listen({
      frame: (f) => frames.push(f),
      drain() {},
      suspect() {},
      end() {},
    });
    old.write(Uint8Array.of(1));
    fresh.write(Uint8Array.of(2));
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0), SOON);
    expect(frames.map((f) => [...f])).toEqual([[2]]);
  });

  it('end with the socket', async () => {
    const { hub, a, b } = await house();
    const link = createLink(createRelayWire({ socket: a.client, peer: b.peer, dial: 1 }), { clock: systemClock });
    hub.dropSockets();
    expect(await link.closed).toEqual({ by: 'lost', text: 'the connection to the server was lost' });
    expect(link.stats().path).toBe('relay');
  });
});

describe('a relay wire', () => {
  const peer = v.parse(PeerId, 'abcdefghijklmnopqrstuv');

  function fakeSocket() {
    const sent: Bytes[] = [];
    const waiting: (() => void)[] = [];
    let relayed = (_: Bytes): void => {};
    let down = (): void => {};
    let writable = true;
    const unsubscribed = vi.fn();
    const socket: RelaySocket = {
      online: () => true,
      writable: () => writable,
      whenWritable: (callback) => waiting.push(callback),
      sendRelayed: (m) => sent.push(m),
      onRelayed(_, listener) {
        relayed = listener;
        return unsubscribed;
      },
      onDown(listener) {
        down = listener;
        return unsubscribed;
      },
    };
    return {
      socket,
      sent,
      waiting,
      unsubscribed,
      relayed: (m: Bytes) => relayed(m),
      down: () => down(),
      setWritable(next: boolean) {
        writable = next;
      },
    };
  }
  const listener = () => ({ frame: vi.fn(), drain: vi.fn(), suspect: vi.fn(), end: vi.fn() });

  it('puts receiver and dial before each frame', () => {
    const fake = fakeSocket();
    createRelayWire({ socket: fake.socket, peer, dial: 258 }).write(Uint8Array.of(7, 8));
    expect(fake.sent).toEqual([concatBytes([new TextEncoder().encode(peer), Uint8Array.of(2, 1, 0, 0, 7, 8)])]);
  });

  it('asks once to be called when the socket has drained, and tells its link', () => {
    const fake = fakeSocket();
    const wire = createRelayWire({ socket: fake.socket, peer, dial: 1 });
    const l = listener();
    wire.listen(l);
    expect(wire.writable()).toBe(true);
    fake.setWritable(false);
    expect([wire.writable(), wire.writable()]).toEqual([false, false]);
    expect(fake.waiting.length).toBe(1);
    fake.setWritable(true);
    expect(wire.writable()).toBe(false); // it is not its turn yet
    fake.waiting[0]?.();
    expect(l.drain).toHaveBeenCalledTimes(1);
    expect(wire.writable()).toBe(true);
  });

  it('keeps early frames for its listener, drops senseless ones, and bounds them', () => {
    const fake = fakeSocket();
    const wire = createRelayWire({ socket: fake.socket, peer, dial: 1 });
    fake.relayed(Uint8Array.of(1, 0, 0, 0, 42));
    fake.relayed(Uint8Array.of(1, 0, 0, 0));
    fake.relayed(Uint8Array.of(1, 0));
    fake.relayed(Uint8Array.of(9, 0, 0, 0, 43));
    const l = listener();
    wire.listen(l);
    expect(l.frame.mock.calls).toEqual([[Uint8Array.of(42)]]);

    const flooded = createRelayWire({ socket: fake.socket, peer, dial: 1 });
    for (let i = 0; i < 500; i++) fake.relayed(Uint8Array.of(1, 0, 0, 0, 1));
    expect(flooded.writable()).toBe(false);
    expect(fake.unsubscribed).toHaveBeenCalled();
  });

  it('tells a listener that comes too late that it has ended', async () => {
    const fake = fakeSocket();
    const wire = createRelayWire({ socket: fake.socket, peer, dial: 1 });
    fake.down();
    const l = listener();
    wire.listen(l);
    await Promise.resolve();
    expect(l.end).toHaveBeenCalledTimes(1);
  });

  it('is silent after destroy', () => {
    const fake = fakeSocket();
    const wire = createRelayWire({ socket: fake.socket, peer, dial: 1 });
    const l = listener();
    wire.listen(l);
    fake.setWritable(false);
    wire.writable();
    wire.destroy();
    fake.waiting[0]?.();
    fake.relayed(Uint8Array.of(1, 0, 0, 0, 42));
    fake.down();
    wire.end('again');
    wire.write(Uint8Array.of(1));
    expect([l.frame, l.drain, l.end].map((f) => f.mock.calls.length)).toEqual([0, 0, 0]);
    expect(fake.sent).toEqual([]);
    expect(fake.unsubscribed).toHaveBeenCalledTimes(2);
  });
});
