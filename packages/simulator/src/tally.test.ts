import { AttemptId, TaskId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RIGHT } from './lies.js';
import { createTally, type Run, type Tally } from './tally.js';

const tid = (id: string) => v.parse(TaskId, id);
const aid = (id: string) => v.parse(AttemptId, id);

const run = (attempt: string, change: Partial<Run> = {}): Run => ({
  attempt: aid(attempt),
  task: tid('t'),
  session: 0,
  purpose: 'first',
  from: 0,
  until: 10_000,
  units: 100,
  finished: true,
  ...change,
});

const outcome = (tally: Tally, present = new Map([[0, { from: 0, until: 40_000 }]])) =>
  tally.outcome(1, true, 40_000, present);

describe('what work was good for', () => {
  it('counts the accepted attempt as useful and what was in vain as wasted', () => {
    const tally = createTally();
    tally.ran(run('a'));
    tally.ran(run('b', { finished: false, units: 30 }));
    tally.ran(run('c'));
    tally.accepted(tid('t'), aid('a'), RIGHT, 12_000);
    const { usefulUnits, wastedUnits, verificationUnits, wastedShare, runs, done, lost } = outcome(tally);
    expect({ usefulUnits, wastedUnits, verificationUnits }).toEqual({
      usefulUnits: 100,
      wastedUnits: 130,
      verificationUnits: 0,
    });
    expect(wastedShare).toBeCloseTo(130 / 230, 12);
    expect(runs.map((r) => r.use)).toEqual(['useful', 'wasted', 'wasted']);
    expect([done, lost]).toEqual([1, 0]);
  });

  it('counts neither for nor against what a result was compared with, but what was lost on the way', () => {
    const tally = createTally();
    for (const id of ['a', 'b']) tally.ran(run(id, { purpose: id === 'a' ? 'first' : 'replica' }));
    tally.ran(run('c', { purpose: 'replica', finished: false, units: 10 }));
    tally.compared(aid('a'), aid('b'));
    tally.accepted(tid('t'), aid('a'), RIGHT, 12_000);
    expect(outcome(tally)).toMatchObject({ usefulUnits: 100, verificationUnits: 100, wastedUnits: 10 });
  });

  it('forgets a retracted result', () => {
    const tally = createTally();
    tally.ran(run('a'));
    tally.accepted(tid('t'), aid('a'), 'wrong', 12_000);
    tally.retracted(tid('t'));
    expect(outcome(tally)).toMatchObject({
      usefulUnits: 0,
      wastedUnits: 100,
      done: 0,
      lost: 1,
      escaped: 0,
      everWrong: 1,
    });
    tally.accepted(tid('t'), aid('b'), RIGHT, 15_000);
    expect(outcome(tally)).toMatchObject({ done: 1, lost: 0, escaped: 0, makespanMs: 15_000 });
  });

  it('does not let a task have two results', () => {
    const tally = createTally();
    tally.accepted(tid('t'), aid('a'), RIGHT, 1);
    expect(() => tally.accepted(tid('t'), aid('b'), RIGHT, 2)).toThrow(/two accepted attempts/);
  });

  it('counts wrong results that nobody found', () => {
    const tally = createTally();
    tally.accepted(tid('t'), aid('a'), 'wrong', 1);
    expect(outcome(tally)).toMatchObject({ escaped: 1, everWrong: 1 });
  });
});

describe('times', () => {
  it('measures a task from its first handing out', () => {
    const tally = createTally();
    tally.sent(tid('t'), 'first', 5000);
    tally.sent(tid('t'), 'again', 9000);
    tally.accepted(tid('t'), aid('b'), RIGHT, 12_000);
    const { latencyMs, attempts, makespanMs } = outcome(tally);
    expect(latencyMs).toEqual({ p50: 7000, p95: 7000, p99: 7000 });
    expect(attempts).toMatchObject({ first: 1, again: 1, backup: 0 });
    expect(makespanMs).toBe(12_000);
  });

  it('takes the limit as the makespan of a job that did not end', () => {
    expect(createTally().outcome(1, false, 99, new Map()).makespanMs).toBe(99);
  });

  it('holds busy time against presence, of those who were there long enough', () => {
    const tally = createTally();
    tally.ran(run('a', { session: 0, from: 0, until: 40_000 }));
    tally.ran(run('b', { session: 1, from: 0, until: 20_000 }));
    const span = { from: 0, until: 40_000 };
    const both = new Map([
      [0, span],
      [1, span],
      [2, { from: 0, until: 1000 }],
    ]);
    expect(outcome(tally, both).jain).toBeCloseTo(1.5 ** 2 / (2 * 1.25), 12);
  });
});
