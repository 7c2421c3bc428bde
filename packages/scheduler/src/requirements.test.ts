import type { Requirements } from '@tabgrid/protocol/task';
import { describe, expect, it } from 'vitest';
import { aid, capabilities, createFixture, jid, KERNEL, taskSpec, tasks, vid } from './fixture.js';
import { lacking } from './requirements.js';

const lacks = (requires: Requirements, has: Parameters<typeof capabilities>[0] = {}) =>
  lacking(capabilities(has), KERNEL, requires);

describe('what a volunteer lacks', () => {
  it('is nothing for a task that asks for nothing', () => {
    expect(lacks({})).toEqual([]);
  });

  it('is a WebGPU feature', () => {
    const requires = { features: ['shader-f16', 'timestamp-query'] };
    expect(lacks(requires, { features: ['timestamp-query'] })).toEqual(['the WebGPU feature shader-f16']);
    expect(lacks(requires, { features: ['timestamp-query', 'shader-f16', 'more'] })).toEqual([]);
  });

  it('is a limit that is too low, or that it does not tell', () => {
    const requires = { limits: { maxBufferSize: 1000 } };
    expect(lacks(requires, { limits: { maxBufferSize: 999 } })).toEqual(['maxBufferSize of 1000 (has 999)']);
    expect(lacks(requires)).toEqual(['maxBufferSize of 1000 (has 0)']);
    expect(lacks(requires, { limits: { maxBufferSize: 1000 } })).toEqual([]);
  });

  it('is processor cores', () => {
    expect(lacks({ cpuCores: 4 }, { cpuCores: 3 })).toEqual(['4 processor cores (has 3)']);
    expect(lacks({ cpuCores: 4 }, { cpuCores: 4 })).toEqual([]);
  });

  it('is the kernel, or this build of it', () => {
    expect(lacks({}, { kernels: [] })).toEqual(['the kernel test']);
    expect(lacks({}, { kernels: [{ kind: 'test', version: 'v0' }] })[0]).toMatch(
      /version of the kernel test .* reload it/,
    );
    expect(lacks({}, { kernels: [{ kind: 'test', version: 'v0' }, KERNEL] })).toEqual([]);
  });

  it('is told all at once', () => {
    expect(lacks({ features: ['a'], limits: { b: 1 }, cpuCores: 9 }, { kernels: [] })).toHaveLength(4);
  });
});

describe('a task that nobody present can run', () => {
  const big = taskSpec('big', { requires: { cpuCores: 64 } });

  it('is reported, waits, and starts when somebody comes who can', () => {
    const f = createFixture();
    f.add(big);
    expect(f.scheduler.blocked()).toMatchObject([
      { job: 'job', kernel: { kind: expect.any(String) }, tasks: 1, lacks: ['a volunteer'] },
    ]);
    f.join('a');
    expect(f.scheduler.blocked()).toMatchObject([{ job: 'job', tasks: 1, lacks: ['64 processor cores (has 2)'] }]);
    for (let i = 0; i < 5; i++) f.pass(600_000);
    expect(f.kind('big')).toBe('ready');
    f.join('b', { cpuCores: 64 });
    expect(f.queue('b')).toEqual(['big.1']);
    expect(f.scheduler.blocked()).toEqual([]);
    f.leave('b');
    expect(f.scheduler.blocked()).toHaveLength(1);
  });

  it('is not blocked while who could is only paused or silent', () => {
    const f = createFixture();
    f.join('b', { cpuCores: 64 }, { paused: true });
    f.add(big);
    expect(f.scheduler.blocked()).toEqual([]);
    f.told('b', {});
    expect(f.queue('b')).toEqual(['big.1']);
  });

  it('does not hold up the tasks behind it', () => {
    const f = createFixture();
    f.join('a');
    f.add(big, ...tasks(3));
    for (let [next] = f.queue('a'); next; [next] = f.queue('a')) f.finish(next);
    expect(f.scheduler.job(jid('job'))).toMatchObject({ done: 3, open: 1 });
  });

  it('is no task that waits for others: those come first', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.after(big, 't1');
    expect(f.scheduler.blocked()).toEqual([]);
    f.finish('t1.1');
    expect(f.scheduler.blocked()).toHaveLength(1);
  });
});

describe('what was seen of a volunteer', () => {
  it('speaks against tasks that did not fit into its memory, and larger ones', () => {
    const f = createFixture();
    f.join('a');
    const sized = (id: string, memoryBytes: number) => taskSpec(id, { requires: { memoryBytes } });
    f.add(sized('large', 4000));
    const failure = { code: 'outOfMemory', message: '' } as const;
    f.tell({ type: 'failed', volunteer: vid('a'), attempt: aid('large.1'), failure });
    expect(f.scheduler.blocked()[0]?.lacks[0]).toContain('4000 did not fit');
    f.add(sized('larger', 5000), sized('smaller', 3000));
    expect(f.queue('a')).toEqual(['smaller.1']);
    f.join('b');
    expect(f.queue('b')).toContain('large.2');
  });

  it('speaks against tasks with a least score that it does not reach, hidden or not', () => {
    const f = createFixture();
    f.join('a');
    f.add(taskSpec('t1'));
    f.now = 500;
    f.finish('t1.1', 500);
    f.add(taskSpec('t2', { requires: { score: 1500 } }));
    expect(f.queue('a')).toEqual(['t2.1']);
    f.add(taskSpec('t3', { requires: { score: 2500 } }));
    expect(f.scheduler.blocked()[0]?.lacks).toEqual(['a score of 2500 work units a second (has 2000)']);
  });

  it('of a hidden tab is its speed while hidden', () => {
    const f = createFixture();
    f.join('a', {}, { hidden: true });
    f.join('b');
    f.add(...tasks(2));
    f.now = 100;
    f.finish(f.queue('b')[0] ?? '', 100);
    f.now = 2700;
    f.finish(f.queue('a')[0] ?? '', 2700);
    const speeds = f.scheduler.volunteers().map((v) => Object.fromEntries(v.speeds));
    expect(speeds).toEqual([{ 'test@v1#hidden': 1000 / 2.7 }, { 'test@v1': 10_000 }]);
    // It gets work all the same; a paused one does not.
    f.told('b', { paused: true });
    f.add(taskSpec('t3'));
    expect(f.queue('a')).toEqual(['t3.1']);
  });
});

describe('a task that others have failed', () => {
  it('goes back to who failed it when the only other one is paused', () => {
    const f = createFixture();
    f.join('a');
    f.join('b', {}, { paused: true });
    f.add(taskSpec('t1'));
    f.fail('t1.1');
    expect(f.queue('a')).toEqual(['t1.2']);
  });

  it('waits for who may be back soon', () => {
    const f = createFixture();
    f.join('a');
    f.join('b');
    f.tell({ type: 'linkSuspect', volunteer: vid('b'), reason: 'silent' });
    f.add(taskSpec('t1'));
    f.fail('t1.1');
    expect(f.queue('a')).toEqual([]);
    f.tell({ type: 'linkOpen', volunteer: vid('b') });
    expect(f.queue('b')).toEqual(['t1.2']);
  });

  it('is found behind others that this volunteer has failed as well', () => {
    const f = createFixture({ failuresToQuarantine: 100 });
    f.join('a');
    f.join('b', {}, { paused: true });
    f.tell({ type: 'linkSuspect', volunteer: vid('b'), reason: 'silent' });
    f.add(...tasks(4));
    f.fail('t1.1');
    f.fail('t2.1');
    expect(f.queue('a')).toEqual(['t3.1', 't4.1']);
  });
});

describe('who would be done first', () => {
  it('gets the task: its queue, the way and its speed counted', () => {
    const f = createFixture();
    f.join('near');
    f.join('far');
    f.tell({ type: 'roundTripMeasured', volunteer: vid('near'), ms: 10 });
    f.tell({ type: 'roundTripMeasured', volunteer: vid('far'), ms: 900 });
    f.add(taskSpec('t1'));
    expect(f.queue('near')).toEqual(['t1.1']);
    // Behind another task the near one is later than the far one.
    f.add(taskSpec('t2'));
    expect(f.queue('far')).toEqual(['t2.1']);
  });

  it('is who is likely to stay', () => {
    const f = createFixture();
    f.join('old');
    f.now = 7_200_000;
    f.join('new');
    f.add(taskSpec('t1', { workUnits: 30_000 }));
    expect(f.queue('old')).toEqual(['t1.1']);
  });

  it('is looked for among sixteen, however many are there', () => {
    const shown: number[] = [];
    const f = createFixture();
    const policy = {
      ...f.config.policy,
      choose(...[candidates, outlook]: Parameters<typeof f.config.policy.choose>) {
        shown.push(candidates.length);
        return f.config.policy.choose(candidates, outlook);
      },
    };
    const g = createFixture({ policy });
    for (let i = 0; i < 200; i++) g.join(`v${i}`);
    g.add(...tasks(50));
    expect(Math.max(...shown)).toBe(16);
  });
});
