import type { Millis } from '@tabgrid/protocol/ids';
import type { Capabilities, TaskSpec } from '@tabgrid/protocol/task';
import type { SchedulerConfig } from '@tabgrid/scheduler/core';
import type { Effect, SchedulerEvent } from '@tabgrid/scheduler/events';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import type { Policy } from '@tabgrid/scheduler/policies/policy';
import { createScheduler, DEFAULT_CONFIG, type Scheduler } from '@tabgrid/scheduler/scheduler';
import { stream } from './draws.js';
import { BY_WORDS, createDriver, type Judge } from './driver.js';
import type { Ring } from './lies.js';
import { MEDIAN_UNITS_PER_SECOND, type Profile } from './profile.js';
import type { Span } from './steps.js';
import { createTally, type Outcome } from './tally.js';
import { createTimeline } from './timeline.js';
import { createUplink } from './uplink.js';
import { createVolunteer, type Volunteer } from './volunteer.js';
import { bagOf, KERNEL, trueUnits, type Workload } from './workload.js';
import { createWorld, type World } from './world.js';

export interface SimulateOptions {
  readonly policy: Policy;
  /** Replaces parts of the scheduler's configuration. */
  readonly config?: Partial<SchedulerConfig>;
  /** Drawn from the profile and the seed when absent; handed in where several policies are compared. */
  readonly world?: World;
  /** The profile's bag of tasks when absent. */
  readonly workload?: Workload;
  /** What a task costs in truth, in work units; as the profile's `costSigma` draws it when absent. */
  readonly trueUnits?: (spec: TaskSpec) => number;
  /** What every volunteer tells of itself; it can run the bag's tasks when absent. */
  readonly capabilities?: Omit<Capabilities, 'adapter' | 'software'>;
  /** Makes the scheduler: for whoever wants to look over its shoulder. */
  readonly create?: typeof createScheduler;
  /** Looks at results; by what they say when absent. */
  readonly judge?: Judge;
  /** Called after every event. */
  readonly inspect?: (scheduler: Scheduler, event: SchedulerEvent, effects: readonly Effect[]) => void;
}

/** A job on the real scheduler, run event by event. */
export interface Simulation {
  readonly scheduler: Scheduler;
  /** The scheduler's time. */
  readonly now: Millis;
  /** When the job begins, on the same clock: volunteers have waited for it, some of them for days. */
  readonly beginsAt: Millis;
  /** Lets happen what happens next, unless that is after `until` (the scheduler's time): then, and when the job is over, false. */
  step(until?: Millis): boolean;
  /** The job is settled, its time is up, or nothing will ever happen again. */
  readonly over: boolean;
  /** Tells the scheduler something from outside, now. */
  tell(event: SchedulerEvent): void;
  /** Ends it. Once. */
  outcome(): Outcome;
}

/** @param seed of the world, of the tasks, and of the scheduler's own choices */
export function createSimulation(profile: Profile, seed: number, options: SimulateOptions): Simulation {
  const world = options.world ?? createWorld(profile, seed);
  const start = Math.min(0, world.session(0)?.joinsAt ?? 0);
  const timeline = createTimeline(start);
  const tally = createTally();
  const fixed = { oracle: plainOracle(), probe: partOf, logLimit: 100 };
  const config = { ...DEFAULT_CONFIG, ...fixed, ...options.config, policy: options.policy };
  const scheduler = (options.create ?? createScheduler)(config, stream(seed, 'scheduler').state());
  const { inspect } = options;
  const driver = createDriver({
    scheduler,
    timeline,
    tally,
    origin: -start,
    judge: options.judge ?? BY_WORDS,
    workload: options.workload ?? bagOf(profile, seed),
    inspect: inspect ? (event, effects) => inspect(scheduler, event, effects) : null,
  });
  const uplink = createUplink(timeline, profile.ownerBytesPerSecond / 1000);
  const volunteers: Volunteer[] = [];
  const ring: Ring = new Set();

  const arrive = (index: number): void => {
    const session = world.session(index);
    if (!session) return;
    timeline.at(session.joinsAt, () => {
      const volunteer: Volunteer = createVolunteer(
        {
          timeline,
          uplink,
          random: stream(seed, 'volunteer', index),
          invited: profile.invited,
          ring,
          capabilities: options.capabilities ?? CAPABILITIES,
          progressMs: profile.progressMs,
          telemetryMs: profile.signs?.everyMs ?? null,
          jitter: stream(seed, 'jitter of trips', index),
          name: (id) => driver.name(id, volunteer),
          tell: driver.tell,
          ran: tally.ran,
          trueUnits: options.trueUnits ?? ((spec) => trueUnits(profile, seed, spec)),
        },
        session,
      );
      volunteers.push(volunteer);
      arrive(index + 1);
    });
  };
  arrive(0);
  timeline.at(0, driver.begin);

  return {
    scheduler,
    beginsAt: -start,
    get now() {
      return timeline.now() - start;
    },
    get over() {
      return driver.settled || timeline.now() >= profile.limitMs || timeline.isEmpty;
    },
    step(until = Number.POSITIVE_INFINITY) {
      return !driver.settled && timeline.now() < profile.limitMs && timeline.step(until + start);
    },
    tell: driver.tell,
    outcome() {
      const end: Millis = Math.min(profile.limitMs, timeline.now());
      for (const volunteer of volunteers) volunteer.stop();
      const present = new Map<number, Span>(
        volunteers.map(({ session: { index, joinsAt, leavesAt } }) => [
          index,
          { from: Math.max(0, joinsAt), until: Math.min(end, leavesAt) },
        ]),
      );
      return tally.outcome(driver.tasks, driver.settled, end, present);
    },
  };
}

/** Runs a job from its beginning until it is settled. Depends on its arguments alone. */
export function simulate(profile: Profile, seed: number, options: SimulateOptions): Outcome {
  const simulation = createSimulation(profile, seed, options);
  while (simulation.step());
  return simulation.outcome();
}

/** Four pixels of a tile of 32 × 32. */
const partOf = ({ workUnits }: TaskSpec, secret: number) => ({
  params: { secret },
  workUnits: workUnits / 256,
  outputBytes: 68,
});

const CAPABILITIES = { features: [], limits: {}, cpuCores: 4, kernels: [KERNEL] };

/** The oracle that learns nothing but running averages; before the first result everybody is the median volunteer. */
function plainOracle() {
  return createPlainOracle(() => MEDIAN_UNITS_PER_SECOND);
}
