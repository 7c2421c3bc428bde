import { createRandom } from '@tabgrid/scheduler/random';
import { createAssignmentModel } from './assignment/model.js';
import { createBalanceModel } from './balance/model.js';
import { createFailureModel } from './failure/model.js';
import { createLatencyModel } from './latency/model.js';
import type { Models } from './learner.js';
import { createTimeModel } from './time/model.js';

/** The five models. Each has its own source of chance: what one of them draws is not felt by another. */
export function createModels(seed: number): Models {
  const deps = (salt: number) => ({ random: createRandom(Math.imul(seed ^ salt, 0x9e3779b1) >>> 0).next });
  return {
    time: createTimeModel(deps(1)),
    assignment: createAssignmentModel(),
    balance: createBalanceModel(deps(3)),
    failure: createFailureModel(deps(4)),
    latency: createLatencyModel(deps(5)),
  };
}
