import { type Bytes, sha256 } from '@tabgrid/protocol/bytes';
import { createManualClock } from '@tabgrid/protocol/clock';
import { encodeFrame, type Frame, MAX_LINK_FRAME_BYTES, MAX_PAYLOAD_BYTES } from '@tabgrid/protocol/frame';
import { CREDIT_WINDOW_BYTES, MAX_MESSAGE_BYTES } from '@tabgrid/protocol/limits';
import { encodeMessage, type Message, message } from '@tabgrid/protocol/message';
import * as v from 'valibot';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLink } from './create-link.js';
import { createFaultyWire, type FaultyWire } from './faulty-wire.js';
import { WINDOW_BYTES } from './lanes.js';
import { type Link, LinkClosedError, type LinkState } from './link.js';
import type { Wire } from './wire.js';

/** Two ends of one fresh wire, connected. */
export interface WirePair {
  readonly near: Wire;
  readonly far: Wire;
  /** Takes down whatever carried them. */
  dispose(): Promise<void> | void;
}

export interface LinkTestOptions {
  /** Why this adapter cannot be tested on this machine; the whole suite is skipped, with this reason in its name. */
  readonly skip?: string | null;
}

const MiB = 1024 * 1024;

/** For a real adapter's event: generous, never asserted. */
const SOON = { timeout: 25_000, interval: 2 };

/** Acceptance tests that every adapter's wires pass, under a link on a clock that the tests move. */
export function runLinkTests(name: string, make: () => Promise<WirePair>, options: LinkTestOptions = {}): void {
  describe.skipIf(options.skip)(`link over ${name}${options.skip ? ` (skipped: ${options.skip})` : ''}`, () => {
    const undo: (() => Promise<void> | void)[] = [];
    afterEach(async () => {
      for (const each of undo.splice(0).reverse()) await each();
    });

    async function wires(): Promise<{ near: FaultyWire; far: FaultyWire }> {
      const pair = await make();
      undo.push(() => pair.dispose());
      const near = createFaultyWire(pair.near);
      const far = createFaultyWire(pair.far);
      undo.push(() => {
        near.destroy();
        far.destroy();
      });
      return { near, far };
    }

    async function linked() {
      const { near, far } = await wires();
      const clock = createManualClock();
      return { clock, near, far, a: createLink(near, { clock }), b: createLink(far, { clock }) };
    }

    it('carries 64 MiB both ways at once, unaltered and in order', { timeout: 120_000 }, async () => {
      const { a, b } = await linked();
      const seenByA = checkBodies(a);
      const seenByB = checkBodies(b);
      const sends: Promise<void>[] = [];
      for (let i = 0; i < 64; i++) {
        sends.push(a.send(message({ i }, patterned(MiB, i))), b.send(message({ i }, patterned(MiB, i))));
        // Several in flight, as a page would.
        if (i >= 4) await sends[2 * (i - 4)];
      }
      await Promise.all(sends);
      const all = Array.from({ length: 64 }, (_, i) => i);
      await vi.waitFor(() => expect([seenByA, seenByB]).toEqual([all, all]), SOON);
      expect(a.stats().unacknowledgedBytes).toBe(0);
      expect(a.stats().bytesSent).toBeGreaterThan(64 * MiB);
      expect(b.stats().bytesReceived).toBeLessThan(66 * MiB);
    });

    it('tells how it is doing: beats that are not answered, silence, and how much is on its way', async () => {
      const { a, b, clock, near } = await linked();
      // Some wires take their time: a beat is back when both sides have heard one.
      await vi.waitFor(() => expect([a, b].map((link) => link.stats().roundTripMs)).toEqual([0, 0]), SOON);
      const calm = { jitterMs: 0, lateShare: 0, congestion: 0, silentMs: 0 };
      expect(a.stats()).toMatchObject(calm);
      near.onTheWay(() => null);
      await clock.advance(4000);
      expect(a.stats().lateShare).toBe(0.5);
      expect(b.stats().silentMs).toBe(4000);
      void a.send(message('x', patterned(MiB, 1)));
      expect(a.stats().congestion).toBeGreaterThan(0.2);
      void b.send(message('x', patterned(4 * MiB, 1)));
      void b.send(message('x', patterned(4 * MiB, 1)));
      expect(b.stats().congestion).toBe(1);
    });

    it('carries messages of every size, from nothing to the longest', { timeout: 60_000 }, async () => {
      const { a, b } = await linked();
      const seen = collect(b);
      const longest = MAX_MESSAGE_BYTES - encodeMessage(message('longest')).byteLength;
      const sizes = [0, 1, MAX_PAYLOAD_BYTES - 10, MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES + 1, 300_000, longest];
      const sent = sizes.map((size) => message(size === longest ? 'longest' : size, patterned(size, size)));
      await Promise.all(sent.map((m) => a.send(m)));
      await vi.waitFor(() => expect(seen.length).toBe(sizes.length), SOON);
      seen.forEach((m, i) => {
        expect(m.head).toEqual(sent[i]?.head);
        expect(sameBytes(m.body, sent[i]?.body)).toBe(true);
      });
    });

    it('keeps the order of many small messages in each lane', async () => {
      const { a, b } = await linked();
      const seen = collect(b);
      const sends = Array.from({ length: 1000 }, (_, i) => a.send(message({ i }), { urgent: i % 3 === 0 }));
      await Promise.all(sends);
      await vi.waitFor(() => expect(seen.length).toBe(1000), SOON);
      const numbers = seen.map((m) => numberIn(m));
      const urgent = numbers.filter((i) => i % 3 === 0);
      const bulk = numbers.filter((i) => i % 3 !== 0);
      expect(urgent).toEqual([...urgent].sort((x, y) => x - y));
      expect(bulk).toEqual([...bulk].sort((x, y) => x - y));
    });

    it('lets urgent messages overtake', { timeout: 60_000 }, async () => {
      const { a, b } = await linked();
      const seen = collect(b);
      const sends = Array.from({ length: 32 }, (_, i) => a.send(message({ i }, patterned(MiB / 2, i))));
      sends.push(a.send(message({ i: 1000 }), { urgent: true }));
      await Promise.all(sends);
      await vi.waitFor(() => expect(seen.length).toBe(33), SOON);
      expect(seen.findIndex((m) => numberIn(m) === 1000)).toBeLessThan(16);
    });

    it('holds the sender back while a reader is busy, within the credit window', { timeout: 60_000 }, async () => {
      const { a, b, near } = await linked();
      const seen: number[] = [];
      let resume = (): void => {};
      const paused = new Promise<void>((resolve) => {
        resume = resolve;
      });
      b.onMessage(async (m) => {
        await (numberIn(m) < 100 ? paused : undefined);
        seen.push(numberIn(m));
      });
      const sends = Array.from({ length: 20 }, (_, i) => a.send(message({ i }, patterned(MiB, i))));
      await vi.waitFor(() => expect(near.written).toBeGreaterThan(WINDOW_BYTES.bulk - 2048), SOON);
      // An urgent message goes all the way and back: whatever else could have been sent by then was.
      await a.send(message({ i: 100 }), { urgent: true });
      await vi.waitFor(() => expect(seen).toEqual([100]), SOON);
      expect(near.written).toBeLessThanOrEqual(CREDIT_WINDOW_BYTES);
      expect(a.stats().unacknowledgedBytes).toBeGreaterThan(16 * MiB);
      resume();
      await Promise.all(sends);
      await vi.waitFor(() => expect(seen.length).toBe(21), SOON);
      expect(seen.slice(1)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    });

    it('keeps what comes before there is a reader', async () => {
      const { a, b } = await linked();
      await Promise.all([a.send(message({ i: 1 })), a.send(message({ i: 2 }))]);
      const seen = collect(b);
      expect(seen.map(numberIn)).toEqual([1, 2]);
    });

    it('suspects a silent other side after a missed beat, and gives it up at 6 s', async () => {
      const { clock, a, b, near, far } = await linked();
      await Promise.all([a.send(message('hello')), b.send(message('hello'))]);
      const states = recordStates(a);
      near.cut();
      far.cut();
      const lost = a.send(message('never'));
      await clock.advance(2999);
      expect(a.state).toBe('open');
      await clock.advance(1);
      expect(a.state).toBe('suspect');
      await clock.advance(2999);
      expect(a.state).toBe('suspect');
      await clock.advance(1);
      expect(states).toEqual(['suspect', 'closed']);
      expect((await a.closed).by).toBe('lost');
      expect((await b.closed).by).toBe('lost');
      await expect(lost).rejects.toBeInstanceOf(LinkClosedError);
      await expect(a.send(message('late'))).rejects.toBeInstanceOf(LinkClosedError);
    });

    it('trusts it again when it is heard of', async () => {
      const { clock, a, b, near, far } = await linked();
      await Promise.all([a.send(message('hello')), b.send(message('hello'))]);
      const states = recordStates(a);
      far.cut();
      await clock.advance(3000);
      expect(a.state).toBe('suspect');
      far.mend();
      near.mend();
      await clock.advance(1000);
      await vi.waitFor(() => expect(a.state).toBe('open'), SOON);
      expect(states).toEqual(['suspect', 'open']);
      await a.send(message('again'));
    });

    it('lives on while beats come, and measures their round trip', async () => {
      const { clock, a, b } = await linked();
      for (let t = 0; t < 20; t++) {
        const beforeA = a.stats().bytesReceived;
        const beforeB = b.stats().bytesReceived;
        await clock.advance(2000);
        // Ping and pong of both sides are 5 bytes each.
        await vi.waitFor(() => expect(a.stats().bytesReceived).toBeGreaterThanOrEqual(beforeA + 10), SOON);
        await vi.waitFor(() => expect(b.stats().bytesReceived).toBeGreaterThanOrEqual(beforeB + 10), SOON);
      }
      expect([a.state, b.state]).toEqual(['open', 'open']);
      expect(a.stats().roundTripMs).not.toBeNull();
    });

    it('says goodbye only after all that was sent before has arrived', { timeout: 60_000 }, async () => {
      const { a, b } = await linked();
      const seen: number[] = [];
      b.onMessage(async (m) => {
        await Promise.resolve();
        seen.push(numberIn(m));
      });
      const sends = Array.from({ length: 40 }, (_, i) => a.send(message({ i }, patterned(200_000, i))));
      const closing = a.close('all done');
      await expect(a.send(message('late'))).rejects.toBeInstanceOf(LinkClosedError);
      await Promise.all(sends);
      await closing;
      expect(await a.closed).toEqual({ by: 'us', text: 'all done' });
      expect(await b.closed).toEqual({ by: 'them', text: 'all done' });
      await vi.waitFor(() => expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i)), SOON);
    });

    it('lets both sides say goodbye at once', async () => {
      const { a, b } = await linked();
      const seen = [collect(a), collect(b)];
      const sends = [a.send(message({ i: 1 })), b.send(message({ i: 2 }))];
      await Promise.all([a.close('a goes'), b.close('b goes'), ...sends]);
      expect([(await a.closed).by, (await b.closed).by]).toEqual(['us', 'us']);
      expect(seen.map((s) => s.map(numberIn))).toEqual([[2], [1]]);
    });

    it('waits 2 s for an answer to its goodbye, and no longer', async () => {
      const { clock, a, near } = await linked();
      near.cut();
      const closing = a.close('bye');
      await clock.advance(1999);
      expect(a.state).toBe('open');
      await clock.advance(1);
      await closing;
      expect(await a.closed).toEqual({ by: 'us', text: 'bye' });
    });

    it('hands out what it has acknowledged even after the other side is gone', async () => {
      const { clock, a, b, near, far } = await linked();
      await Promise.all([1, 2, 3].map((i) => a.send(message({ i }))));
      near.cut();
      far.cut();
      await clock.advance(6000);
      expect((await b.closed).by).toBe('lost');
      const seen = collect(b);
      expect(seen.map(numberIn)).toEqual([1, 2, 3]);
    });

    it('refuses what is over a bound, and goes on', async () => {
      const { a, b } = await linked();
      const seen = collect(b);
      await expect(a.send(message({}, new Uint8Array(MAX_MESSAGE_BYTES)))).rejects.toBeInstanceOf(RangeError);
      await expect(a.send(message({}, new Uint8Array(600_000)), { urgent: true })).rejects.toBeInstanceOf(RangeError);
      await expect(a.send(message('x'.repeat(300_000)))).rejects.toBeInstanceOf(RangeError);
      await expect(a.send(message(Number.NaN))).rejects.toBeInstanceOf(RangeError);
      await a.send(message({ i: 7 }));
      await vi.waitFor(() => expect(seen.map(numberIn)).toEqual([7]), SOON);
    });

    describe('closes as hostile', () => {
      it.each<[string, (wire: Wire) => Promise<void> | void]>([
        ['garbage', (wire) => wire.write(Uint8Array.of(99, 1, 2, 3))],
        ['a frame that is too long', (wire) => wire.write(new Uint8Array(MAX_LINK_FRAME_BYTES + 1).fill(1))],
        ['an acknowledgement of nothing', (wire) => put(wire, { type: 'ack', ids: [4000] })],
        ['an answer to no goodbye', (wire) => put(wire, { type: 'byeAck' })],
        ['a message that does not match its hash', (wire) => putMessage(wire, bytesOfMessage(), new Uint8Array(32))],
        ['a message that is none', (wire) => putMessage(wire, Uint8Array.of(255, 255, 255, 255))],
        ['a head that is not JSON', (wire) => putMessage(wire, Uint8Array.of(1, 0, 0, 0, 123))],
        [
          'a message twice',
          async (wire) => {
            await putMessage(wire, bytesOfMessage());
            await putMessage(wire, bytesOfMessage());
          },
        ],
        [
          'a part over one that has come',
          (wire) => {
            put(wire, { type: 'open', id: 0, total: 100, payload: new Uint8Array(50) });
            put(wire, { type: 'more', id: 0, offset: 10, payload: new Uint8Array(10) });
          },
        ],
        [
          'more than the message has',
          (wire) => {
            put(wire, { type: 'open', id: 0, total: 100, payload: new Uint8Array(50) });
            put(wire, { type: 'more', id: 0, offset: 50, payload: new Uint8Array(51) });
          },
        ],
      ])('%s', async (_, act) => {
        const { near, far } = await wires();
        const clock = createManualClock();
        near.listen({ frame() {}, drain() {}, suspect() {}, end() {} });
        const victim = createLink(far, { clock });
        const waiting = victim.send(message('hello'));
        await act(near);
        expect((await victim.closed).by).toBe('hostile');
        await expect(waiting).rejects.toBeInstanceOf(LinkClosedError);
      });

      it('one that sends beyond its credit', { timeout: 60_000 }, async () => {
        const { near, far } = await wires();
        const clock = createManualClock();
        const payload = new Uint8Array(MAX_PAYLOAD_BYTES);
        // The victim has no reader, so no credit comes back.
        let id = 0;
        let offset = 0;
        let over = false;
        const flood = (): void => {
          while (!over && near.writable()) {
            if (offset === 0) put(near, { type: 'open', id, total: 64 * payload.byteLength, payload });
            else put(near, { type: 'more', id, offset, payload });
            offset = (offset + payload.byteLength) % (64 * payload.byteLength);
            if (offset === 0) id += 2;
          }
        };
        near.listen({ frame() {}, drain: flood, suspect() {}, end: () => undefined });
        const victim = createLink(far, { clock });
        flood();
        const reason = await victim.closed;
        over = true;
        expect(reason.by).toBe('hostile');
        expect(victim.stats().bytesReceived).toBeLessThan(CREDIT_WINDOW_BYTES + MiB / 4);
      });
    });

    it('blames the wire, not the other side, when frames are missing', async () => {
      const { a, b, near } = await linked();
      let count = 0;
      near.onTheWay((frame) => (frame.byteLength > 1000 && ++count === 3 ? null : frame));
      const sending = a.send(message('x', patterned(200_000, 1)));
      expect((await b.closed).by).toBe('lost');
      await expect(sending).rejects.toBeInstanceOf(LinkClosedError);
    });

    it('tells the sender when a message arrives altered, and hands nothing of it out', async () => {
      const { a, b, near } = await linked();
      const seen = collect(b);
      near.onTheWay((frame) => {
        if (frame.byteLength > 1000) frame[500] = (frame[500] ?? 0) ^ 1;
        return frame;
      });
      const sending = a.send(message('x', patterned(200_000, 1)));
      expect((await b.closed).by).toBe('hostile');
      await expect(sending).rejects.toBeInstanceOf(LinkClosedError);
      expect(seen).toEqual([]);
    });
  });
}

function collect(link: Link): Message[] {
  const seen: Message[] = [];
  link.onMessage((m) => {
    seen.push(m);
  });
  return seen;
}

/** Numbers of the messages whose body is the pattern of that number. */
function checkBodies(link: Link): number[] {
  const seen: number[] = [];
  link.onMessage((m) => {
    const i = numberIn(m);
    seen.push(sameBytes(m.body, patterned(m.body.byteLength, i)) ? i : -1);
  });
  return seen;
}

function recordStates(link: Link): LinkState[] {
  const states: LinkState[] = [];
  link.onState((state) => states.push(state));
  return states;
}

const Numbered = v.object({ i: v.number() });

function numberIn(m: Message): number {
  return v.parse(Numbered, m.head).i;
}

/** Bytes that differ from place to place and from seed to seed (a 32-bit linear congruential generator). */
export function patterned(length: number, seed: number): Bytes {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (seed + 1) >>> 0;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** Quicker than a matcher on megabytes. */
function sameBytes(a: Bytes, b: Bytes | undefined): boolean {
  if (a.byteLength !== b?.byteLength) return false;
  for (let i = 0; i < a.byteLength; i++) if (a[i] !== b[i]) return false;
  return true;
}

function put(wire: Wire, frame: Frame): void {
  wire.write(encodeFrame(frame));
}

function bytesOfMessage(): Bytes {
  return encodeMessage(message('hello'));
}

async function putMessage(wire: Wire, bytes: Bytes, hash?: Bytes): Promise<void> {
  put(wire, { type: 'open', id: 0, total: bytes.byteLength, payload: bytes });
  put(wire, { type: 'seal', id: 0, hash: hash ?? (await sha256(bytes)) });
}
