import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createScheduler, DEFAULT_CONFIG } from '@tabgrid/scheduler/scheduler';
import { type RenderJob, renderPlanner } from '@tabgrid/splitters/render/planner';

/** What tasks take while they wait. */
export interface Memory {
  /** Everything that is there because of the tasks, their specifications included. */
  readonly bytesPerTask: number;
  /** The specifications alone, as the planner makes them. */
  readonly specBytesPerTask: number;
  readonly admitMicrosecondsPerTask: number;
}

/** Tasks that the planner hands over at once. */
const BATCH = 10_000;

export function measureMemory(job: RenderJob): Memory {
  const collect = collector();
  const used = () => {
    collect();
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  // Once for nothing, so that what is compiled and cached by the way is there already.
  const first = renderPlanner.begin({ ...job, tile: 504 }, { volunteers: 0, unitsPerSecond: null })[1].add;
  createScheduler(DEFAULT_CONFIG, 1).handle({ type: 'tasksAdded', tasks: first.map((spec) => ({ spec })) }, 0);

  const before = used();
  const specs = [...renderPlanner.begin(job, { volunteers: 0, unitsPerSecond: null })[1].add];
  const tasks = specs.length;
  const withSpecs = used();
  const scheduler = createScheduler(DEFAULT_CONFIG, 1);
  const began = performance.now();
  while (specs.length > 0) {
    const batch = specs.splice(0, BATCH).map((spec) => ({ spec }));
    scheduler.handle({ type: 'tasksAdded', tasks: batch }, 0);
  }
  const ms = performance.now() - began;
  const after = used();
  const admitted = scheduler.job(job.id)?.tasks;
  if (admitted !== tasks) throw new Error(`${admitted} tasks admitted of ${tasks}`);
  return {
    bytesPerTask: (after - before) / tasks,
    specBytesPerTask: (withSpecs - before) / tasks,
    admitMicrosecondsPerTask: (1000 * ms) / tasks,
  };
}

/** A full collection on demand, without a flag on the command line. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this engine collects only when it wants to');
  return () => void collect();
}
