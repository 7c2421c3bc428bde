import { createPlainOracle, type Oracle } from '@tabgrid/scheduler/oracle';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { DEFAULT_CONFIG } from '@tabgrid/scheduler/scheduler';
import { MEDIAN_UNITS_PER_SECOND, type Profile } from '@tabgrid/simulator/profile';
import { thousand } from '@tabgrid/simulator/profiles';
import { simulate } from '@tabgrid/simulator/simulate';
import { quantile } from '@tabgrid/simulator/statistics';
import type { BenchOptions } from './options.js';
import type { BenchResult, Table } from './result.js';
import { clocked, createTimes, type Times } from './scale/clocked.js';
import { measureMemory } from './scale/memory.js';
import { RENDERER, renderJob, renderWorkload } from './scale/render-job.js';
import { slowOracle } from './scale/slow-oracle.js';

/** What the scheduler costs: time an event and bytes a task, and how both grow. */

/** What a small network takes for an answer. */
const NETWORK_MICROSECONDS = 5;

const plain = createPlainOracle(() => MEDIAN_UNITS_PER_SECOND);
const slow = slowOracle(plain, NETWORK_MICROSECONDS);

/** Volunteers that come and go like visitors, for so long. */
const grid = (volunteers: number, forMs: number): Profile => ({
  ...thousand,
  volunteers,
  outputBytes: 0,
  progressMs: 1000,
  // The line would keep them waiting for their inputs.
  ownerBytesPerSecond: Number.POSITIVE_INFINITY,
  limitMs: forMs,
});

const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0);

export async function schedulerScale({ quick, say }: BenchOptions): Promise<BenchResult> {
  const figures: Record<string, number> = {};
  const samples: Record<string, readonly number[]> = {};
  const tries = quick ? 1 : 3;
  const sizes = [100, 1000, 10_000, 100_000, ...(quick ? [] : [1_000_000])];
  const most = sizes.at(-1) ?? 0;
  const jobs = new Map(await Promise.all(sizes.map(jobOf)));

  const memory = measureMemory(jobNamed(jobs, most));
  Object.assign(figures, memory);
  say(`${most.toLocaleString('en')} tasks admitted: ${memory.bytesPerTask.toFixed(0)} bytes each`);

  /** Runs until about so many events are counted, in as many worlds as that takes. */
  const once = (volunteers: number, tasks: number, events: number, oracle: Oracle): Times => {
    const times = createTimes();
    const forMs = Math.max(20_000, (1000 * events) / volunteers / 1.8);
    for (let seed = 1; times.ms.length < 0.8 * events && seed <= 50; seed++) {
      simulate(grid(volunteers, forMs), seed, {
        policy: earliestFinish,
        workload: renderWorkload(jobNamed(jobs, tasks)),
        capabilities: RENDERER,
        config: { oracle, logLimit: DEFAULT_CONFIG.logLimit },
        create: clocked(times),
      });
    }
    return times;
  };

  /** The fastest of some tries: whatever else the machine does can only add. */
  const measure = (volunteers: number, tasks: number, events: number, oracle: Oracle): Times => {
    let best = once(volunteers, tasks, events, oracle);
    for (let again = 1; again < tries; again++) {
      const next = once(volunteers, tasks, events, oracle);
      if (microseconds(next) < microseconds(best)) best = next;
    }
    const cost = microseconds(best).toFixed(1);
    say(`${volunteers} volunteers, ${tasks} tasks: ${best.ms.length} events, ${cost} µs each, the best of ${tries}`);
    return best;
  };

  // What is compiled while it runs must not count against whoever comes first.
  measure(100, 10_000, 50_000, plain);

  const tables: Table[] = [];
  const many = quick ? 2000 : 10_000;
  const events = quick ? 100_000 : 500_000;
  for (const [name, oracle] of [
    ['', plain],
    ['.slowOracle', slow],
  ] as const) {
    const large = measure(many, most, events, oracle);
    figures[`eventsPerSecond${name}`] = (1000 * large.ms.length) / sum(large.ms);
    figures[`microsecondsPerTask${name}`] = (1000 * sum(large.ms)) / (large.byType.get('checked')?.count ?? 0);
    figures[`startSeconds${name}`] = large.admittedMs / 1000;
    tables.push(byType(`${many} volunteers, ${most} tasks, ${oracle === slow ? 'slow' : 'plain'} oracle`, large));
    const medium = measure(1000, 100_000, quick ? 50_000 : 300_000, oracle);
    figures[`handleP50Ms${name}`] = quantile(medium.ms, 0.5);
    figures[`handleP99Ms${name}`] = quantile(medium.ms, 0.99);
    figures[`handleWorstMs${name}`] = quantile(medium.ms, 1);
  }

  const growth = quick ? 20_000 : 100_000;
  const byTasks = sizes.map((tasks) => [tasks, microseconds(measure(100, tasks, growth, plain))]);
  const byVolunteers = [10, 100, 1000, many].map((n) => [n, microseconds(measure(n, 100_000, growth, plain))]);
  for (const [title, name, points] of [
    ['100 volunteers', 'tasks', byTasks],
    ['100,000 tasks', 'volunteers', byVolunteers],
  ] as const) {
    samples[`microsecondsPerEvent.${name}`] = points.map(([, cost = Number.NaN]) => cost);
    figures[`growthOverLog.${name}`] = growthOverLog(points);
    tables.push({
      title: `cost of an event, ${title}`,
      header: [name, 'µs an event'],
      rows: points.map(([n = 0, cost = 0]) => [n.toLocaleString('en'), cost.toFixed(2)]),
    });
  }
  return { figures, where: { simulated: true }, samples, tables };
}

async function jobOf(tiles: number) {
  return [tiles, await renderJob(tiles)] as const;
}

function jobNamed<T>(jobs: ReadonlyMap<number, T>, tiles: number): T {
  const job = jobs.get(tiles);
  if (!job) throw new RangeError(`no job of ${tiles} tasks`);
  return job;
}

const microseconds = (times: Times) => (1000 * sum(times.ms)) / times.ms.length;

/** How often the cost grew from the first to the last point ÷ how often the logarithm did: at most 1 is what is asked for. */
function growthOverLog(points: readonly (readonly number[])[]): number {
  const [first, last] = [points[0], points.at(-1)];
  const [n = Number.NaN, cost = Number.NaN] = first ?? [];
  const [m = Number.NaN, later = Number.NaN] = last ?? [];
  return later / cost / (Math.log(m) / Math.log(n));
}

function byType(title: string, times: Times): Table {
  return {
    title,
    header: ['event', 'count', 'µs each'],
    rows: [...times.byType]
      .sort(([, a], [, b]) => b.ms - a.ms)
      .map(([type, { count, ms }]) => [type, String(count), ((1000 * ms) / count).toFixed(1)]),
  };
}
