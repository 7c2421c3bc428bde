import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { describe, expect, it } from 'vitest';
import { type Beside, simulateBeside } from './beside.js';
import { type SimulateOptions, simulate } from './simulate.js';
import { aProfile } from './test-kit.js';

const profile = aProfile({ silentShare: 0.5 });

/** All that the scheduler heard and said, and when it did. */
function journal() {
  const lines: string[] = [];
  const options: SimulateOptions = {
    policy: earliestFinish,
    inspect: (scheduler, event, effects) => lines.push(JSON.stringify([event, effects, scheduler.snapshot().now])),
  };
  return { lines, options };
}

async function later(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

describe('work beside a job', () => {
  it('changes nothing by itself, however long it takes', async () => {
    const [alone, beside] = [journal(), journal()];
    const outcome = simulate(profile, 1, alone.options);
    const idle: Beside = {
      everyMs: 700,
      async work() {
        await later();
        return null;
      },
    };
    expect(await simulateBeside(profile, 1, beside.options, idle)).toEqual(outcome);
    expect(beside.lines).toEqual(alone.lines);
  });

  it('is done at fixed times, as long as the job lasts', async () => {
    const times: number[] = [];
    const { options } = journal();
    await simulateBeside(profile, 1, options, {
      everyMs: 1000,
      async work({ now, beginsAt, scheduler }) {
        times.push(now);
        if (now < beginsAt) expect(scheduler.outstanding()).toEqual([]);
        expect(scheduler.snapshot().now).toBeLessThanOrEqual(now);
        return null;
      },
    });
    expect(times.length).toBeGreaterThan(10);
    expect(times).toEqual(times.map((_, i) => 1000 * (i + 1)));
  });

  it('tells the scheduler what it found, then and not later', async () => {
    const { lines, options } = journal();
    const event: SchedulerEvent = { type: 'oracleChanged', revision: 7, hash: 'a'.repeat(64) };
    let asked = 0;
    await simulateBeside(profile, 1, options, {
      everyMs: 5000,
      work: async () => (++asked === 2 ? event : null),
    });
    const told = lines.filter((line) => line.includes('oracleChanged'));
    expect(told).toHaveLength(1);
    expect(JSON.parse(told[0] ?? '[]')[2]).toBe(10_000);
  });
});
