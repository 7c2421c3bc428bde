import { AttemptId, JobId, RoomId, TaskId } from '@tabgrid/protocol/ids';
import type { Message } from '@tabgrid/protocol/message';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createOutbox, type FinishedResult, type Outbox } from './outbox.js';

const ref = (id: string) => ({
  attempt: v.parse(AttemptId, id),
  task: v.parse(TaskId, `task-${id}`),
  job: v.parse(JobId, 'job'),
});
const result = (id: string, bytes = 4): FinishedResult => ({
  ref: ref(id),
  outputs: [{ name: 'sum', bytes }],
  stats: { kernelMs: 1, wallMs: 1, submissions: 1 },
  body: new Uint8Array(bytes),
});
const room = (n: number): RoomId => v.parse(RoomId, String(n).padStart(22, 'r'));

/** What is sent when a link to the present room opens. */
function sentBy(outbox: Outbox): string[] {
  const sent: Message[] = [];
  outbox.sendThrough(async (m) => void sent.push(m));
  outbox.sendThrough(null);
  return sent.map(({ head }) => v.parse(v.object({ ref: v.object({ attempt: v.string() }) }), head).ref.attempt);
}

describe('the outbox', () => {
  it('sends failures once, results until they are forgotten', async () => {
    const outbox = createOutbox(100);
    outbox.enter(room(1));
    outbox.failure(ref('f'), { code: 'stopped', message: '' });
    outbox.result(result('a'));
    expect(sentBy(outbox)).toEqual(['f', 'a']);
    await Promise.resolve();
    expect(sentBy(outbox)).toEqual(['a']);
    expect(outbox.forget(v.parse(AttemptId, 'a'))).toBe(true);
    expect(outbox.forget(v.parse(AttemptId, 'a'))).toBe(false);
    expect(sentBy(outbox)).toEqual([]);
  });

  it('sends nothing before the new room’s way is open', () => {
    const outbox = createOutbox(100);
    let sent = 0;
    outbox.enter(room(1));
    outbox.sendThrough(async () => void sent++);
    outbox.enter(room(2));
    outbox.result(result('a'));
    expect(sent).toBe(0);
  });

  it('keeps a failure for its room as long as others are not too many', () => {
    const outbox = createOutbox(100);
    outbox.enter(room(0));
    outbox.failure(ref('f'), { code: 'stopped', message: '' });
    outbox.enter(room(1));
    outbox.enter(room(0));
    expect(sentBy(outbox)).toEqual(['f']);
    for (let n = 1; n < 20; n++) {
      outbox.enter(room(n));
      outbox.failure(ref(`g${n}`), { code: 'stopped', message: '' });
    }
    outbox.enter(room(0));
    expect(sentBy(outbox)).toEqual([]);
  });

  it('forgets all when told to', () => {
    const outbox = createOutbox(100);
    outbox.enter(room(1));
    outbox.result(result('a'));
    outbox.clear();
    outbox.enter(room(1));
    expect(sentBy(outbox)).toEqual([]);
    expect(outbox.keptBytes).toBe(0);
  });

  it('never sends to one room what was kept for another, and stays within its bounds', () => {
    const step = fc.oneof(
      fc.record({ enter: fc.nat({ max: 4 }) }),
      fc.record({ add: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ forget: fc.nat({ max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const outbox = createOutbox(100);
        const home = new Map<string, number>();
        const forgotten = new Set<string>();
        let here = 0;
        outbox.enter(room(0));
        for (const [i, s] of steps.entries()) {
          if ('enter' in s) {
            here = s.enter;
            outbox.enter(room(here));
          } else if ('add' in s) {
            home.set(`a${i}`, here);
            outbox.result(result(`a${i}`, s.add));
          } else if (home.get(`a${s.forget}`) === here) {
            outbox.forget(v.parse(AttemptId, `a${s.forget}`));
            forgotten.add(`a${s.forget}`);
          }
          for (const id of sentBy(outbox)) {
            expect(home.get(id)).toBe(here);
            expect(forgotten.has(id)).toBe(false);
          }
        }
        // The others hold no more than what the present room leaves of the bound.
        const own = outbox.keptBytes;
        let elsewhere = 0;
        for (let n = 0; n <= 4; n++) {
          if (n === here) continue;
          outbox.enter(room(n));
          elsewhere += outbox.keptBytes;
        }
        expect(elsewhere).toBeLessThanOrEqual(Math.max(0, 100 - own));
      }),
      { numRuns: 200 },
    );
  });
});
