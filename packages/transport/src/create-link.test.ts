import { type Bytes, sha256 } from '@tabgrid/protocol/bytes';
import { createManualClock } from '@tabgrid/protocol/clock';
import { decodeFrame, encodeFrame, type Frame, MAX_ACKS_A_FRAME, MESSAGE_CHARGE_BYTES } from '@tabgrid/protocol/frame';
import { CREDIT_WINDOW_BYTES, MAX_MESSAGE_BYTES } from '@tabgrid/protocol/limits';
import { encodeMessage, message } from '@tabgrid/protocol/message';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createLink } from './create-link.js';
import { WINDOW_BYTES } from './lanes.js';
import { LinkClosedError } from './link.js';
import { createMemoryLinkPair, createMemoryWirePair } from './memory.js';
import type { Wire, WireListener } from './wire.js';

const zeros = (): Bytes => new Uint8Array(32);

/** A wire whose other end is the test: it sees frames, says frames, and decides when the wire is writable. */
function testWire() {
  const frames: Frame[] = [];
  let listener: WireListener = { frame() {}, drain() {}, suspect() {}, end() {} };
  const test = {
    frames,
    room: Number.POSITIVE_INFINITY,
    destroyed: 0,
    recovered: 0,
    wire: {
      write(frame) {
        expect(test.room).toBeGreaterThan(0);
        test.room--;
        frames.push(decodeFrame(frame));
      },
      writable: (): boolean => test.room > 0,
      path: () => 'direct',
      destroy() {
        test.destroyed++;
      },
      recover() {
        test.recovered++;
      },
      listen(next) {
        listener = next;
      },
    } satisfies Wire as Wire,
    say: (frame: Frame) => listener.frame(encodeFrame(frame)),
    sayBytes: (bytes: Bytes) => listener.frame(bytes),
    drain(room: number) {
      test.room = room;
      listener.drain();
    },
    suspect: () => listener.suspect(),
    end: (reason: string) => listener.end(reason),
    of<T extends Frame['type']>(type: T) {
      return frames.filter((f): f is Extract<Frame, { type: T }> => f.type === type);
    },
  };
  return test;
}

function setUp() {
  const clock = createManualClock();
  const test = testWire();
  const link = createLink(test.wire, { clock, digest: zeros });
  return { clock, test, link };
}

function sayMessage(test: ReturnType<typeof testWire>, id: number, head: string | number): void {
  const bytes = encodeMessage(message(head));
  test.say({ type: 'open', id, total: bytes.byteLength, payload: bytes });
  test.say({ type: 'seal', id, hash: zeros() });
}

describe('sending', () => {
  it('resolves with the acknowledgement, not before', async () => {
    const { test, link } = setUp();
    const done = vi.fn();
    const sending = link.send(message('x')).then(done);
    expect(test.frames.map((f) => f.type)).toEqual(['ping', 'open', 'seal']);
    await Promise.resolve();
    expect(done).not.toHaveBeenCalled();
    expect(link.stats().unacknowledgedBytes).toBe(encodeMessage(message('x')).byteLength);
    test.say({ type: 'ack', ids: [0] });
    await sending;
    expect(link.stats().unacknowledgedBytes).toBe(0);
  });

  it('writes nothing while the wire is full, then control first, then urgent, then bulk', () => {
    const { test, link } = setUp();
    test.room = 0;
    void link.send(message('bulk'));
    void link.send(message('urgent'), { urgent: true });
    test.say({ type: 'ping', nonce: 77 });
    expect(test.frames.length).toBe(1);
    test.drain(100);
    expect(test.frames.slice(1).map((f) => ('id' in f ? `${f.type} ${f.id}` : f.type))).toEqual([
      'pong',
      'open 1',
      'seal 1',
      'open 0',
      'seal 0',
    ]);
  });

  it('does not wait for a hash: data of later messages goes on, and seals follow as they come', async () => {
    const clock = createManualClock();
    const test = testWire();
    const hashes: ((hash: Bytes) => void)[] = [];
    const link = createLink(test.wire, { clock, digest: () => new Promise((resolve) => hashes.push(resolve)) });
    for (let i = 0; i < 3; i++) void link.send(message(i));
    expect(test.of('open').map((f) => f.id)).toEqual([0, 2, 4]);
    expect(test.of('seal')).toEqual([]);
    hashes[2]?.(zeros());
    await clock.advance(0);
    expect(test.of('seal').map((f) => f.id)).toEqual([4]);
    hashes[0]?.(zeros());
    hashes[1]?.(zeros());
    await clock.advance(0);
    expect(test.of('seal').map((f) => f.id)).toEqual([4, 0, 2]);
  });

  it('stops at the end of the credit to the byte, and goes on with more', () => {
    const { test, link } = setUp();
    const body = new Uint8Array(MAX_MESSAGE_BYTES - 100);
    void link.send(message('x', body));
    const written = () =>
      [...test.of('open'), ...test.of('more')].reduce((sum, f) => sum + f.payload.byteLength, MESSAGE_CHARGE_BYTES);
    expect(written()).toBe(WINDOW_BYTES.bulk);
    test.say({ type: 'credit', lane: 'bulk', limit: WINDOW_BYTES.bulk + 10 });
    expect(written()).toBe(WINDOW_BYTES.bulk + 10);
    // A smaller one, late, takes nothing back; the urgent lane's is not bulk's.
    test.say({ type: 'credit', lane: 'bulk', limit: 5 });
    test.say({ type: 'credit', lane: 'urgent', limit: 2 ** 40 });
    expect(written()).toBe(WINDOW_BYTES.bulk + 10);
    test.say({ type: 'credit', lane: 'bulk', limit: 2 ** 40 });
    expect(test.of('seal').length).toBe(1);
  });

  it('keeps few encoded copies: hashing runs at most some messages ahead', () => {
    const clock = createManualClock();
    const test = testWire();
    let hashed = 0;
    const link = createLink(test.wire, {
      clock,
      digest(bytes) {
        hashed += bytes.byteLength;
        return new Uint8Array(32);
      },
    });
    test.room = 0;
    for (let i = 0; i < 100; i++) void link.send(message(i, new Uint8Array(1_000_000)));
    test.drain(1);
    expect(hashed).toBeLessThan(CREDIT_WINDOW_BYTES);
    expect(link.stats().unacknowledgedBytes).toBeGreaterThan(100_000_000);
  });

  it('puts many acknowledgements into few frames', () => {
    const { test, link } = setUp();
    link.onMessage(() => {});
    test.room = 0;
    for (let i = 0; i < 600; i++) sayMessage(test, 2 * i, i);
    test.drain(1000);
    expect(test.of('ack').map((f) => f.ids.length)).toEqual([MAX_ACKS_A_FRAME, MAX_ACKS_A_FRAME, 88]);
  });

  it('closes when the other side says that a message arrived altered', async () => {
    const { test, link } = setUp();
    const sending = link.send(message('x'));
    test.say({ type: 'nack', id: 0 });
    await expect(sending).rejects.toBeInstanceOf(LinkClosedError);
    expect((await link.closed).by).toBe('lost');
  });

  it('closes when hashing fails', async () => {
    const clock = createManualClock();
    const test = testWire();
    const link = createLink(test.wire, { clock, digest: () => Promise.reject(new Error('no secure context')) });
    void link.send(message('x'));
    await clock.advance(2000);
    expect(await link.closed).toEqual({ by: 'us', text: 'hashing failed: no secure context' });
  });

  it('leaves no unhandled rejection behind when nobody listens', async () => {
    const { test, link } = setUp();
    void link.send(message('x'));
    test.end('gone');
    void link.send(message('y'));
    await link.closed;
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setImmediate(resolve));
    expect(link.state).toBe('closed');
  });
});

describe('reading', () => {
  it('waits for a busy reader in one lane only', async () => {
    const { clock, test, link } = setUp();
    const seen: unknown[] = [];
    let free = (): void => {};
    link.onMessage((m) => {
      seen.push(m.head);
      return m.head === 'busy' ? new Promise<void>((resolve) => (free = resolve)) : undefined;
    });
    sayMessage(test, 0, 'busy');
    sayMessage(test, 2, 'after');
    sayMessage(test, 1, 'urgent');
    await clock.advance(0);
    expect(seen).toEqual(['busy', 'urgent']);
    // All three are acknowledged: what the reader does is not the sender's concern.
    expect(test.of('ack').flatMap((f) => f.ids)).toEqual([0, 2, 1]);
    free();
    await clock.advance(0);
    expect(seen).toEqual(['busy', 'urgent', 'after']);
  });

  it('gives credit back in large steps', () => {
    const { test, link } = setUp();
    link.onMessage(() => {});
    for (let i = 0; i < 100; i++) sayMessage(test, 2 * i, i);
    expect(test.of('credit')).toEqual([]);
    const body = new Uint8Array(14_000);
    const bytes = encodeMessage(message('big', body));
    for (let i = 100; i < 180; i++) {
      test.say({ type: 'open', id: 2 * i, total: bytes.byteLength, payload: bytes });
      test.say({ type: 'seal', id: 2 * i, hash: zeros() });
    }
    const limits = test.of('credit').map((f) => f.limit);
    expect(limits.length).toBe(1);
    expect(limits[0]).toBeGreaterThanOrEqual(1.25 * WINDOW_BYTES.bulk);
  });

  it('gives credit back in a small step to a sender that would otherwise wait for ever', async () => {
    const [a, b] = createMemoryLinkPair(createManualClock());
    b.onMessage(() => {});
    await a.send(message(0));
    // Costs the whole window, of which the message before has taken a little.
    await a.send(
      message(0, new Uint8Array(WINDOW_BYTES.bulk - MESSAGE_CHARGE_BYTES - encodeMessage(message(0)).byteLength)),
    );
  });

  it('lets a message through that is longer than the window, and never grants more than one of these', () => {
    const { test } = setUp();
    const payload = new Uint8Array(16_000);
    let offset = payload.byteLength;
    test.say({ type: 'open', id: 0, total: MAX_MESSAGE_BYTES, payload });
    while (offset < MAX_MESSAGE_BYTES) {
      const part = payload.subarray(0, Math.min(payload.byteLength, MAX_MESSAGE_BYTES - offset));
      test.say({ type: 'more', id: 0, offset, payload: part });
      offset += part.byteLength;
    }
    expect(test.destroyed).toBe(0);
    expect(Math.max(...test.of('credit').map((f) => f.limit))).toBe(MAX_MESSAGE_BYTES + MESSAGE_CHARGE_BYTES);
    // There is no reader, so this is one message too many.
    test.say({ type: 'open', id: 2, total: 10, payload: new Uint8Array(10) });
    expect(test.destroyed).toBe(1);
  });

  it('bounds tiny messages too: each costs credit beyond its bytes', async () => {
    const { test, link } = setUp();
    let count = 0;
    while (link.state === 'open') {
      sayMessage(test, 2 * count, 1);
      count++;
    }
    expect(count).toBeLessThan(CREDIT_WINDOW_BYTES / MESSAGE_CHARGE_BYTES);
    expect((await link.closed).by).toBe('hostile');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('oh');
      },
    ],
    ['rejects', () => Promise.reject(new Error('oh'))],
  ])('says goodbye when the reader %s', async (_, reader) => {
    const { clock, test, link } = setUp();
    link.onMessage(reader);
    sayMessage(test, 0, 1);
    sayMessage(test, 2, 2);
    await clock.advance(0);
    expect(test.of('bye')).toEqual([{ type: 'bye', text: 'the reader failed: oh' }]);
    test.say({ type: 'byeAck' });
    expect(await link.closed).toEqual({ by: 'us', text: 'the reader failed: oh' });
  });

  it('hands nothing out after a hostile end', async () => {
    const { test, link } = setUp();
    sayMessage(test, 0, 1);
    test.sayBytes(Uint8Array.of(255));
    const seen = vi.fn();
    link.onMessage(seen);
    expect((await link.closed).by).toBe('hostile');
    expect(seen).not.toHaveBeenCalled();
  });

  it('hands out, in order, what was acknowledged around a message that was not', async () => {
    const clock = createManualClock();
    const test = testWire();
    const hashes: ((hash: Bytes) => void)[] = [];
    const link = createLink(test.wire, { clock, digest: () => new Promise((resolve) => hashes.push(resolve)) });
    for (const i of [0, 1, 2]) sayMessage(test, 2 * i, i);
    hashes[0]?.(zeros());
    hashes[2]?.(zeros());
    await clock.advance(0);
    expect(test.of('ack').flatMap((f) => f.ids)).toEqual([0, 4]);
    test.end('gone');
    const seen: unknown[] = [];
    link.onMessage((m) => void seen.push(m.head));
    hashes[1]?.(zeros());
    await clock.advance(0);
    expect(seen).toEqual([0, 2]);
  });
});

describe('the end', () => {
  it('answers a goodbye with the acknowledgements that are due, and leaves destroying to who left', async () => {
    const { clock, test, link } = setUp();
    test.room = 0;
    sayMessage(test, 0, 'last words');
    test.say({ type: 'bye', text: 'I go' });
    expect(await link.closed).toEqual({ by: 'them', text: 'I go' });
    test.drain(10);
    expect(test.frames.slice(1).map((f) => f.type)).toEqual(['ack', 'byeAck']);
    expect(test.destroyed).toBe(0);
    test.say({ type: 'ping', nonce: 1 });
    test.end('gone');
    expect(test.destroyed).toBe(1);
    await clock.advance(10_000);
    expect(test.destroyed).toBe(1);
  });

  it('destroys 2 s after a goodbye when who left does not', async () => {
    const { clock, test } = setUp();
    test.say({ type: 'bye', text: '' });
    await clock.advance(1999);
    expect(test.destroyed).toBe(0);
    await clock.advance(1);
    expect(test.destroyed).toBe(1);
  });

  it('holds its answer to a goodbye that crossed its own until its own messages are there', async () => {
    const { test, link } = setUp();
    void link.send(message('x'));
    void link.close('we go');
    test.say({ type: 'bye', text: 'they go' });
    expect(test.of('byeAck')).toEqual([]);
    expect(test.of('bye')).toEqual([]);
    test.say({ type: 'ack', ids: [0] });
    expect(test.frames.slice(-2).map((f) => f.type)).toEqual(['bye', 'byeAck']);
    test.say({ type: 'byeAck' });
    expect(await link.closed).toEqual({ by: 'us', text: 'we go' });
    expect(test.destroyed).toBe(1);
  });

  it('is one, whatever comes after it', async () => {
    const { clock, test, link } = setUp();
    const states: string[] = [];
    link.onState((state) => states.push(state));
    const first = link.close('one');
    const second = link.close('two');
    test.say({ type: 'byeAck' });
    await Promise.all([first, second, link.close('three')]);
    test.end('late');
    test.say({ type: 'bye', text: 'late' });
    test.sayBytes(Uint8Array.of(255));
    test.suspect();
    test.drain(10);
    await clock.advance(60_000);
    expect(await link.closed).toEqual({ by: 'us', text: 'one' });
    expect(states).toEqual(['closed']);
    expect(test.destroyed).toBe(1);
  });

  it('is put off while what was sent before is getting through, and no longer', async () => {
    const { clock, test, link } = setUp();
    test.room = 0;
    void link.send(message('x')).catch(() => {});
    void link.close('we go');
    for (let frames = 0; frames < 2; frames++) {
      await clock.advance(1999);
      expect(test.destroyed).toBe(0);
      // A ping is due by then, and goes first.
      test.drain(1 + frames);
    }
    expect(test.frames.slice(-3).map((f) => f.type)).toEqual(['open', 'ping', 'seal']);
    await clock.advance(1999);
    expect(test.destroyed).toBe(0);
    await clock.advance(1);
    expect(test.destroyed).toBe(1);
    expect(await link.closed).toEqual({ by: 'us', text: 'we go' });
  });

  it('clips its last words to what a frame may carry', () => {
    const { test, link } = setUp();
    void link.close('ü'.repeat(2000));
    expect(test.of('bye')[0]?.text.length).toBe(500);
  });

  it('tells the other side of a hostile end, if the wire takes a frame', async () => {
    const { test } = setUp();
    test.sayBytes(Uint8Array.of(255));
    expect(test.of('bye')[0]?.text).toMatch(/^protocol broken/);
    const altered = setUp();
    const bytes = encodeMessage(message('x'));
    altered.test.say({ type: 'open', id: 0, total: bytes.byteLength, payload: bytes });
    altered.test.say({ type: 'seal', id: 0, hash: new Uint8Array(32).fill(1) });
    expect(altered.test.of('nack')).toEqual([{ type: 'nack', id: 0 }]);
  });
});

describe('suspicion', () => {
  it('comes from the wire too, pings at once, and goes with the next frame', () => {
    const { test, link } = setUp();
    const states: string[] = [];
    const stop = link.onState((state) => states.push(state));
    test.suspect();
    expect(test.of('ping').length).toBe(2);
    test.say({ type: 'pong', nonce: test.of('ping')[1]?.nonce ?? 0 });
    expect(states).toEqual(['suspect', 'open']);
    stop();
    test.suspect();
    expect(states.length).toBe(2);
  });

  it('asks the wire to look for another way when a beat is missed', async () => {
    const { clock, test } = setUp();
    await clock.advance(2999);
    expect(test.recovered).toBe(0);
    await clock.advance(1);
    expect(test.recovered).toBe(1);
  });

  it('measures and smooths the round trip of its own pings only', async () => {
    const { clock, test, link } = setUp();
    const answer = (nonce: number | undefined) => test.say({ type: 'pong', nonce: nonce ?? 0 });
    expect(link.stats().roundTripMs).toBeNull();
    answer(999);
    expect(link.stats().roundTripMs).toBeNull();
    await clock.advance(100);
    answer(test.of('ping')[0]?.nonce);
    expect(link.stats().roundTripMs).toBe(100);
    answer(test.of('ping')[0]?.nonce);
    await clock.advance(1920);
    answer(test.of('ping')[1]?.nonce);
    expect(link.stats().roundTripMs).toBe(100 + 0.25 * (20 - 100));
  });
});

describe('whatever the other side does', () => {
  const id = fc.nat({ max: 7 });
  const payload = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((b): Bytes => new Uint8Array(b));
  const frame: fc.Arbitrary<Frame> = fc.oneof(
    fc.tuple(id, payload, fc.nat({ max: 50 })).map(([id, payload, more]): Frame => {
      return { type: 'open', id, total: payload.byteLength + more, payload };
    }),
    fc.tuple(id, fc.integer({ min: 1, max: 90 }), payload).map(([id, offset, payload]): Frame => {
      return { type: 'more', id, offset, payload };
    }),
    id.map((id): Frame => ({ type: 'seal', id, hash: new Uint8Array(32) })),
    fc.array(id, { minLength: 1, maxLength: 3 }).map((ids): Frame => ({ type: 'ack', ids })),
    id.map((id): Frame => ({ type: 'nack', id })),
    fc.tuple(fc.constantFrom('bulk' as const, 'urgent' as const), fc.nat()).map(([lane, limit]): Frame => {
      return { type: 'credit', lane, limit };
    }),
    id.map((nonce): Frame => ({ type: 'ping', nonce })),
    id.map((nonce): Frame => ({ type: 'pong', nonce })),
    fc.constant<Frame>({ type: 'bye', text: 'bye' }),
    fc.constant<Frame>({ type: 'byeAck' }),
  );
  type Act =
    | { readonly say: Frame }
    | { readonly wait: number }
    | { readonly send: boolean }
    | { readonly room: number };
  const act: fc.Arbitrary<Act> = fc.oneof(
    { weight: 6, arbitrary: frame.map((say) => ({ say })) },
    fc.nat({ max: 2500 }).map((wait) => ({ wait })),
    fc.boolean().map((send) => ({ send })),
    fc.nat({ max: 5 }).map((room) => ({ room })),
  );

  it('nothing throws, the state moves as it may, every promise settles, and the wire ends destroyed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
        const { clock, test, link } = setUp();
        const states: string[] = ['open'];
        link.onState((state) => states.push(state));
        link.onMessage(() => {});
        const sends: Promise<unknown>[] = [];
        for (const a of acts) {
          if ('say' in a) test.say(a.say);
          else if ('wait' in a) await clock.advance(a.wait);
          else if ('send' in a) sends.push(link.send(message('x'), { urgent: a.send }).catch((e: unknown) => e));
          else test.drain(a.room);
        }
        test.drain(1000);
        await clock.advance(20_000);
        await link.closed;
        for (const outcome of await Promise.all(sends)) {
          expect(outcome === undefined || outcome instanceof LinkClosedError).toBe(true);
        }
        expect(test.destroyed).toBe(1);
        expect(states.at(-1)).toBe('closed');
        expect(states.join(' ')).toMatch(/^open( suspect open)*( suspect)? closed$/);
        expect(link.stats().unacknowledgedBytes).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it('messages of any sizes arrive whole and in order, in both lanes, however the wire stutters', async () => {
    const size = fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 60_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(size, fc.boolean()), { maxLength: 30 }), async (messages) => {
        const [a, b] = createMemoryLinkPair(createManualClock());
        const seen: Record<'bulk' | 'urgent', number[]> = { bulk: [], urgent: [] };
        b.onMessage(async (m) => {
          await Promise.resolve();
          seen[m.head === true ? 'urgent' : 'bulk'].push(m.body.byteLength);
        });
        await Promise.all(messages.map(([n, urgent]) => a.send(message(urgent, new Uint8Array(n)), { urgent })));
        await a.close('done');
        await vi.waitFor(() => expect(seen.bulk.length + seen.urgent.length).toBe(messages.length));
        expect(seen.bulk).toEqual(messages.filter(([, urgent]) => !urgent).map(([n]) => n));
        expect(seen.urgent).toEqual(messages.filter(([, urgent]) => urgent).map(([n]) => n));
      }),
      { numRuns: 60 },
    );
  });
});

it('hashes with SHA-256 unless told otherwise', async () => {
  const [near, far] = createMemoryWirePair();
  const frames: Frame[] = [];
  far.listen({ frame: (f) => frames.push(decodeFrame(f)), drain() {}, suspect() {}, end() {} });
  const link = createLink(near, { clock: createManualClock() });
  void link.send(message('x'));
  const expected = await sha256(encodeMessage(message('x')));
  await vi.waitFor(() => expect(frames.at(-1)).toEqual({ type: 'seal', id: 0, hash: expected }));
});
