import type { SchedulerConfig } from '@tabgrid/scheduler/core';
import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import { deadlineReissue } from '@tabgrid/scheduler/policies/deadline-reissue';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { late } from '@tabgrid/scheduler/policies/late';
import { leastLoaded } from '@tabgrid/scheduler/policies/least-loaded';
import { minimumCompletion } from '@tabgrid/scheduler/policies/minimum-completion';
import type { Policy } from '@tabgrid/scheduler/policies/policy';
import { pull } from '@tabgrid/scheduler/policies/pull';
import { randomChoice } from '@tabgrid/scheduler/policies/random-choice';
import { roundRobin } from '@tabgrid/scheduler/policies/round-robin';
import { twoChoices } from '@tabgrid/scheduler/policies/two-choices';

import { createKnowingOracle, type Knowledge } from '@tabgrid/simulator/knowing-oracle';
import { MEDIAN_UNITS_PER_SECOND } from '@tabgrid/simulator/profile';
import type { World } from '@tabgrid/simulator/world';

export interface Contender {
  readonly name: string;
  readonly policy: Policy;
  /** What it changes of the scheduler's configuration, in a world. */
  config(world: World): Partial<SchedulerConfig>;
}

const contender = (policy: Policy, config: Partial<SchedulerConfig> = {}): Contender => ({
  name: policy.name,
  policy,
  config: () => config,
});

/** Whose gap to the reference ours is held against. */
export const PULL = pull.name;
export const OURS = 'ours';

export const CONTENDERS: readonly Contender[] = [
  { ...contender(earliestFinish), name: OURS },
  contender(minimumCompletion),
  // Its paper lets a tenth of the slots run speculative work.
  contender(late, { extraShare: 0.1 }),
  contender(deadlineReissue),
  contender(pull),
  contender(leastLoaded),
  contender(twoChoices),
  contender(roundRobin),
  contender(randomChoice),
];

/** Ours, if it knew what nobody can: how much of what is missing to the reference is ignorance. */
const knowing = (name: string, knowledge: Knowledge): Contender => ({
  name,
  policy: earliestFinish,
  config: (world) => ({
    oracle: createKnowingOracle(
      world,
      knowledge,
      createPlainOracle(() => MEDIAN_UNITS_PER_SECOND),
    ),
  }),
});

export const ABLATIONS: readonly Contender[] = [
  { ...contender(earliestFinish), name: OURS },
  knowing('ours, speeds known', { speeds: true, departures: false }),
  knowing('ours, departures known', { speeds: false, departures: true }),
  knowing('ours, both known', { speeds: true, departures: true }),
  { ...contender(earliestFinish, { extraShare: 0 }), name: 'ours, no extra work' },
];
