import type { SchedulerConfig } from '@tabgrid/scheduler/core';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { createScheduler, type Scheduler } from '@tabgrid/scheduler/scheduler';

/** How long `handle` took, event by event. */
export interface Times {
  /** Milliseconds, in the order of the events; admissions apart. */
  readonly ms: number[];
  /** What `tasksAdded` took, first assignments included. */
  admittedMs: number;
  readonly byType: Map<SchedulerEvent['type'], { count: number; ms: number }>;
}

export function createTimes(): Times {
  return { ms: [], admittedMs: 0, byType: new Map() };
}

/** Makes schedulers that write down how long each event takes. */
export function clocked(times: Times): typeof createScheduler {
  return (config: SchedulerConfig, seed: number): Scheduler => {
    const scheduler = createScheduler(config, seed);
    return {
      ...scheduler,
      handle(event, now) {
        const began = performance.now();
        const effects = scheduler.handle(event, now);
        const ms = performance.now() - began;
        if (event.type === 'tasksAdded') {
          times.admittedMs += ms;
          return effects;
        }
        times.ms.push(ms);
        const type = times.byType.get(event.type);
        if (type) {
          type.count++;
          type.ms += ms;
        } else times.byType.set(event.type, { count: 1, ms });
        return effects;
      },
    };
  };
}
