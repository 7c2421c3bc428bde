import { createManualClock } from '@tabgrid/protocol/clock';
import { PeerId } from '@tabgrid/protocol/ids';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createFlow } from './flow.js';

const peer = (name: string) => v.parse(PeerId, name.padEnd(22, '_'));
const [A, B, SLOW, FAST] = [peer('a'), peer('b'), peer('slow'), peer('fast')];

function fixture(limits: { relayBufferBytes?: number; relayTotalBufferBytes?: number } = {}) {
  const clock = createManualClock();
  const paused = new Set<PeerId>();
  const cut: PeerId[] = [];
  const flow = createFlow({
    clock,
    limits: { relayBufferBytes: 100, relayTotalBufferBytes: 1000, relayStall: 4000, ...limits },
    pause(sender) {
      expect(paused.has(sender)).toBe(false);
      paused.add(sender);
    },
    resume(sender) {
      expect(paused.delete(sender)).toBe(true);
    },
    cut: (receiver) => void cut.push(receiver),
  });
  return { clock, flow, paused, cut, names: () => [...paused].sort() };
}

describe('one slow receiver', () => {
  it('pauses its senders over the bound, and resumes them under it', () => {
    const { flow, names } = fixture();
    const first = flow.sent(A, SLOW, 60);
    expect(names()).toEqual([]);
    const second = flow.sent(A, SLOW, 60);
    flow.sent(B, FAST, 60);
    expect(names()).toEqual([A]);
    first();
    expect(names()).toEqual([]);
    second();
    expect(flow.buffered()).toBe(60);
  });

  it('keeps a sender paused while any of its receivers is full', () => {
    const { flow, names } = fixture();
    const slow = flow.sent(A, SLOW, 101);
    const fast = flow.sent(A, FAST, 101);
    slow();
    expect(names()).toEqual([A]);
    fast();
    expect(names()).toEqual([]);
  });

  it('resumes the senders of a receiver that is gone, and forgets a sender that is gone', () => {
    const { flow, names } = fixture();
    flow.sent(A, SLOW, 101);
    flow.sent(B, SLOW, 101);
    expect(names()).toEqual([A, B].sort());
    flow.forget(A);
    flow.forget(SLOW);
    expect(names()).toEqual([A]); // gone: nobody resumes it any more
    expect(flow.buffered()).toBe(0);
  });

  it('does not count bytes of a receiver that was forgotten', () => {
    const { flow } = fixture();
    const taken = flow.sent(A, SLOW, 50);
    flow.forget(SLOW);
    flow.sent(A, SLOW, 30);
    taken();
    expect(flow.buffered()).toBe(30);
  });
});

describe('many slow receivers', () => {
  it('pauses who adds to a total that is over its bound', () => {
    const { flow, names } = fixture({ relayTotalBufferBytes: 150 });
    const one = flow.sent(A, SLOW, 90);
    expect(names()).toEqual([]);
    flow.sent(B, FAST, 90);
    expect(names()).toEqual([B]);
    one();
    expect(names()).toEqual([]);
  });
});

describe('a stalled receiver', () => {
  it('is cut off when it takes nothing, and its senders go on', async () => {
    const { flow, clock, cut, names } = fixture();
    flow.sent(A, SLOW, 200);
    await clock.advance(3999);
    expect([cut, names()]).toEqual([[], [A]]);
    await clock.advance(1);
    expect([cut, names()]).toEqual([[SLOW], []]);
    expect(flow.buffered()).toBe(0);
  });

  it('is left alone while it takes anything, and when it has taken all', async () => {
    const { flow, clock, cut } = fixture();
    const parts = Array.from({ length: 10 }, () => flow.sent(A, SLOW, 20));
    for (const taken of parts) {
      await clock.advance(3900);
      taken();
    }
    await clock.advance(20_000);
    expect(cut).toEqual([]);
  });
});

it('counts every byte once, and pauses exactly the senders of full receivers, whatever happens', () => {
  const peers = [A, B, SLOW, FAST];
  const step = fc.oneof(
    fc.record({
      what: fc.constant('send' as const),
      from: fc.constantFrom(A, B),
      to: fc.constantFrom(SLOW, FAST),
      bytes: fc.integer({ min: 1, max: 120 }),
    }),
    fc.record({ what: fc.constant('take' as const), which: fc.nat(20) }),
    fc.record({ what: fc.constant('forget' as const), who: fc.constantFrom(...peers) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { flow, paused } = fixture({ relayTotalBufferBytes: 1e9 });
      let flying: { from: PeerId; to: PeerId; bytes: number; taken: () => void }[] = [];
      for (const next of steps) {
        if (next.what === 'send') {
          // A paused sender sends nothing more.
          if (!paused.has(next.from)) flying.push({ ...next, taken: flow.sent(next.from, next.to, next.bytes) });
        } else if (next.what === 'take') {
          const [one] = flying.splice(next.which, 1);
          one?.taken();
        } else {
          flow.forget(next.who);
          paused.delete(next.who);
          flying = flying.filter(({ to }) => to !== next.who);
        }
        const waiting = (to: PeerId) => flying.filter((f) => f.to === to).reduce((sum, f) => sum + f.bytes, 0);
        expect(flow.buffered()).toBe(waiting(SLOW) + waiting(FAST));
        if (waiting(SLOW) <= 100 && waiting(FAST) <= 100) expect([...paused]).toEqual([]);
      }
    }),
  );
});
