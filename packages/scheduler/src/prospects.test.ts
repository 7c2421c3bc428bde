import type { NamedBlob } from '@tabgrid/protocol/blob';
import * as ids from '@tabgrid/protocol/ids';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { aid, createFixture, type Fixture, jid, taskSpec, tasks, vid } from './fixture.js';

const blob = (letter: string, bytes: number): NamedBlob['ref'] => ({
  id: v.parse(ids.BlobId, letter.repeat(64)),
  bytes,
});

const asked = (change: Parameters<typeof taskSpec>[1] = {}, instead: string | null = null) => ({
  ...taskSpec('asked', change),
  instead: instead === null ? null : jid(instead),
});
const prospect = (f: Fixture, id: string, ...about: Parameters<typeof asked>) =>
  f.scheduler.prospects(asked(...about)).find(({ volunteer }) => volunteer === id);

describe('prospects', () => {
  it('say how long the way and the work take on each, as the oracle expects', () => {
    const f = createFixture();
    f.join('near');
    f.join('far');
    for (let i = 0; i < 20; i++) {
      f.tell({ type: 'roundTripMeasured', volunteer: vid('near'), ms: 4 });
      f.tell({ type: 'roundTripMeasured', volunteer: vid('far'), ms: 300 });
    }
    const near = { volunteer: 'near', waitMs: 0, tripMs: 4, transferMs: 0, durationMs: 1000, byteMs: 1e-4 };
    expect(prospect(f, 'near')).toEqual(near);
    expect(prospect(f, 'far', { workUnits: 500 })).toMatchObject({ tripMs: 300, durationMs: 500 });
  });

  it('count what runs and is as urgent, and not what only waits', () => {
    const f = createFixture();
    f.join('a');
    f.set('job', { deadlineMs: 100 });
    f.add(...tasks(3));
    expect(prospect(f, 'a')?.waitMs).toBe(0);
    f.tell({ type: 'started', volunteer: vid('a'), attempt: aid('t1.1') });
    expect(prospect(f, 'a')?.waitMs).toBe(1000);
    f.pass(300);
    expect(prospect(f, 'a')?.waitMs).toBe(700);
    // Overdue.
    f.pass(2000);
    expect(prospect(f, 'a')?.waitMs).toBe(500);
    // What ends first is in nobody's way but for what it has submitted.
    expect(prospect(f, 'a', {}, 'job')?.waitMs).toBeLessThanOrEqual(50);
  });

  it('count little of what runs and is not urgent: it lets others through', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(3));
    f.tell({ type: 'started', volunteer: vid('a'), attempt: aid('t1.1') });
    expect(prospect(f, 'a')?.waitMs).toBeLessThanOrEqual(50);
  });

  it('count the inputs that somebody lacks, by what its link carries', () => {
    const f = createFixture();
    f.join('a');
    const inputs = [blob('a', 500_000)];
    expect(prospect(f, 'a', { inputs })?.transferMs).toBe(500);
    f.tell({ type: 'bandwidthMeasured', volunteer: vid('a'), bytesPerSecond: 5_000_000 });
    expect(prospect(f, 'a', { inputs })?.transferMs).toBe(100);
    f.add(taskSpec('t1', { inputs }));
    f.finish('t1.1');
    expect(prospect(f, 'a', { inputs })?.transferMs).toBe(0);
  });

  it('say what a result’s bytes take on the way, within one page next to nothing', () => {
    const f = createFixture();
    f.join('a');
    f.tell({ type: 'bandwidthMeasured', volunteer: vid('a'), bytesPerSecond: 2_000_000 });
    expect(prospect(f, 'a')?.byteMs).toBe(5e-4);
    const quality = { path: 'local', jitterMs: 0, lateShare: 0, congestion: 0, silentMs: 0 } as const;
    f.tell({ type: 'linkMeasured', volunteer: vid('a'), quality });
    expect(prospect(f, 'a')?.byteMs).toBe(1e-6);
  });

  it('leave out who cannot, may not or does not want to', () => {
    const f = createFixture();
    f.join('able', { cpuCores: 4 });
    f.join('small', { cpuCores: 1 });
    f.join('paused', { cpuCores: 4 }, { paused: true });
    f.join('silent', { cpuCores: 4 });
    f.tell({ type: 'linkSuspect', volunteer: vid('silent'), reason: 'silent' });
    f.join('gone', { cpuCores: 4 });
    f.leave('gone');
    const found = f.scheduler.prospects(asked({ requires: { cpuCores: 2 } }));
    expect(found.map(({ volunteer }) => volunteer)).toEqual(['able']);
  });

  it('change nothing', () => {
    const f = createFixture();
    f.join('a');
    f.add(...tasks(3));
    const before = JSON.stringify(f.scheduler.snapshot());
    f.scheduler.prospects(asked());
    expect(JSON.stringify(f.scheduler.snapshot())).toBe(before);
  });
});

describe('the list of jobs', () => {
  it('names every one until it is forgotten', () => {
    const f = createFixture();
    f.add(taskSpec('t1'), taskSpec('u1', { job: jid('other') }));
    expect(f.scheduler.jobs()).toEqual(['job', 'other']);
    f.tell({ type: 'jobCancelled', job: jid('other'), reason: 'enough' });
    f.tell({ type: 'jobForgotten', job: jid('other') });
    expect(f.scheduler.jobs()).toEqual(['job']);
  });
});
