import { aView, taskSpec } from '@tabgrid/scheduler/fixture';
import { createPlainOracle, taskView } from '@tabgrid/scheduler/oracle';
import { DEFAULT_CONFIG } from '@tabgrid/scheduler/scheduler';
import { describe, expect, it } from 'vitest';
import { clocked, createTimes } from './clocked.js';
import { measureMemory } from './memory.js';
import { RENDERER, renderJob, renderWorkload } from './render-job.js';
import { slowOracle } from './slow-oracle.js';

describe('the job that costs are measured with', () => {
  it('is a picture of as many tiles as asked for, which the volunteers can render', async () => {
    const { add } = renderWorkload(await renderJob(1000)).begin({ volunteers: 5, unitsPerSecond: null });
    expect(add).toHaveLength(1000);
    const times = createTimes();
    const scheduler = clocked(times)(DEFAULT_CONFIG, 1);
    const { id } = { id: add[0]?.job };
    scheduler.handle({ type: 'tasksAdded', tasks: add.map((spec) => ({ spec })) }, 0);
    expect(id && scheduler.job(id)?.tasks).toBe(1000);
    expect(scheduler.blocked()).toMatchObject([{ tasks: 1000 }]);
    expect(RENDERER.kernels).toEqual([add[0]?.kernel]);
  });

  it('is none of another size', async () => {
    await expect(renderJob(7)).rejects.toThrow(RangeError);
  });
});

it('writes down how long each event takes, admissions apart', () => {
  const times = createTimes();
  const scheduler = clocked(times)(DEFAULT_CONFIG, 1);
  scheduler.handle({ type: 'tasksAdded', tasks: [{ spec: taskSpec('t') }] }, 0);
  scheduler.handle({ type: 'released' }, 1);
  scheduler.handle({ type: 'released' }, 2);
  expect(times.ms).toHaveLength(2);
  expect(times.admittedMs).toBeGreaterThan(0);
  expect(times.byType.get('released')).toMatchObject({ count: 2 });
});

it('makes an oracle slow without changing its answers', () => {
  const plain = createPlainOracle(() => 1000);
  const slow = slowOracle(plain, 200);
  const view = aView({ ageMs: 1000 });
  const task = taskView(taskSpec('t', { workUnits: 500 }));
  const began = performance.now();
  expect(slow.duration(view, task)).toEqual(plain.duration(view, task));
  expect(slow.failure(view, 1000)).toBe(plain.failure(view, 1000));
  expect(slow.roundTrip(view)).toEqual(plain.roundTrip(view));
  expect(performance.now() - began).toBeGreaterThanOrEqual(0.6);
});

it('weighs tasks', async () => {
  const { bytesPerTask, specBytesPerTask } = measureMemory(await renderJob(10_000));
  expect(specBytesPerTask).toBeGreaterThan(100);
  expect(bytesPerTask).toBeGreaterThan(specBytesPerTask);
  expect(bytesPerTask).toBeLessThan(5000);
});
