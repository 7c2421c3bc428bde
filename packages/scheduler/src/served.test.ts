import { expect, it } from 'vitest';
import { createFixture, type Fixture, jid, of, taskSpec, vid } from './fixture.js';
import { createPlainOracle } from './oracle.js';
import { restoreScheduler } from './scheduler.js';

const added = (f: Fixture, job: string, count: number, workUnits = 1000) =>
  f.add(...Array.from({ length: count }, (_, i) => taskSpec(`${job}${i}`, { job: jid(job), workUnits })));

/** What the scheduler holds a job to have had, by its snapshot. */
const served = (f: Fixture, job: string): number =>
  f.scheduler.snapshot().jobs.find(({ id }) => id === job)?.served ?? Number.NaN;

it('is what is expected of an attempt while it is under way, and what it took once it is over', () => {
  const f = createFixture();
  f.join('a');
  added(f, 'x', 1);
  // A unit a millisecond.
  expect(served(f, 'x')).toBe(1000);
  f.now += 300;
  f.finish('x0.1', 250);
  expect(served(f, 'x')).toBe(250);
});

it('is never more than was seen, whatever a volunteer says', () => {
  const f = createFixture();
  f.join('a');
  added(f, 'x', 1);
  f.now += 300;
  f.finish('x0.1', 1e9);
  expect(served(f, 'x')).toBe(300);
});

it('is divided by the weight, also when that has changed since', () => {
  const f = createFixture();
  f.join('a');
  f.set('x', { weight: 2 });
  added(f, 'x', 1);
  expect(served(f, 'x')).toBe(500);
  f.set('x', { weight: 10 });
  expect(served(f, 'x')).toBe(100);
  f.now += 400;
  f.finish('x0.1', 400);
  expect(served(f, 'x')).toBe(40);
});

it('is what was used up of an attempt that is cancelled, and nothing of one that was not begun', () => {
  const f = createFixture();
  f.join('a');
  added(f, 'x', 2);
  expect(f.queue('a')).toEqual(['x0.1', 'x1.1']);
  expect(served(f, 'x')).toBe(2000);
  f.tell({ type: 'started', volunteer: vid('a'), attempt: f.scheduler.outstanding()[0]?.attempt ?? fail() });
  f.now += 120;
  f.tell({ type: 'tasksCancelled', tasks: [taskSpec('x0').id, taskSpec('x1').id], reason: 'enough' });
  expect(served(f, 'x')).toBe(120);
});

it('holds no time in which nothing was heard of who had the attempt', () => {
  const f = createFixture();
  f.join('a');
  added(f, 'x', 1);
  const attempt = f.scheduler.outstanding()[0]?.attempt ?? fail();
  f.tell({ type: 'started', volunteer: vid('a'), attempt });
  f.now += 500;
  f.tell({ type: 'progressed', volunteer: vid('a'), attempt, share: 0.5 });
  f.now += 3000;
  f.leave('a');
  expect(served(f, 'x')).toBe(500);
});

it('is shared by time though the first guess is far off, also with who comes while it is one', () => {
  // Everybody is held to be a hundred times slower than they are.
  const f = createFixture({ oracle: createPlainOracle(() => 10) });
  f.join('a');
  added(f, 'x', 200);
  added(f, 'y', 50, 4000);
  const before = f.effects.length;
  const run = (tasks: number) => {
    for (let i = 0; i < tasks; i++) {
      const [next] = f.scheduler.outstanding();
      if (!next) break;
      const ms = next.task.startsWith('y') ? 4000 : 1000;
      f.now += ms;
      f.finish(next.attempt, ms);
    }
  };
  run(40);
  const time = (job: string, ms: number, from = before) =>
    ms * of(f.effects.slice(from), 'sendTask').filter((e) => e.task.job === job).length;
  expect(time('x', 1000) / (time('x', 1000) + time('y', 4000))).toBeGreaterThan(0.35);
  expect(time('x', 1000) / (time('x', 1000) + time('y', 4000))).toBeLessThan(0.65);
});

it('lets who comes while others are served by a guess begin where they are, not where the guess is', () => {
  const f = createFixture({ oracle: createPlainOracle(() => 10) });
  f.join('a');
  added(f, 'x', 100);
  // 100 s are expected of each.
  added(f, 'z', 100);
  const from = f.effects.length;
  for (let i = 0; i < 30; i++) {
    const [next] = f.scheduler.outstanding();
    if (!next) break;
    f.now += 1000;
    f.finish(next.attempt);
  }
  const sent = of(f.effects.slice(from), 'sendTask').map((e) => e.task.job as string);
  expect(sent.filter((job) => job === 'z').length).toBeGreaterThan(10);
  expect(sent.filter((job) => job === 'x').length).toBeGreaterThan(10);
});

it('is the same after a restart', () => {
  const f = createFixture();
  f.join('a');
  f.join('b');
  added(f, 'x', 8, 333);
  added(f, 'y', 8, 777);
  f.now += 100;
  f.finish(f.scheduler.outstanding()[0]?.attempt ?? '', 90);
  const restored = restoreScheduler(f.config, JSON.parse(JSON.stringify(f.scheduler.snapshot())));
  restored.validateState();
  for (const { attempt, volunteer, task } of f.scheduler.outstanding()) {
    f.now += 50;
    const stats = { kernelMs: 45, wallMs: 45, submissions: 1 };
    const returned = { type: 'returned', volunteer, attempt, task, stats } as const;
    expect(restored.handle(returned, f.now)).toEqual(f.tell(returned));
    restored.validateState();
  }
  expect(restored.snapshot()).toEqual(f.scheduler.snapshot());
});

function fail(): never {
  throw new Error('nothing is with anybody');
}
