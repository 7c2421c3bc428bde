import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { type Oracle, type SpeedStats, speedKey, type TaskView, type VolunteerView } from '@tabgrid/scheduler/oracle';
import { createTogether } from './assignment/together.js';
import { createBalanceAdvice } from './balance/advice.js';
import { explorationAfter } from './balance/choice.js';
import type { Brain } from './brain.js';
import { contextOf } from './context.js';
import { failureFeatures } from './failure/features.js';
import { createFailurePredictor } from './failure/predict.js';
import { latencyFeatures } from './latency/features.js';
import { createLatencyPredictor } from './latency/predict.js';
import { timeFeatures } from './time/features.js';
import { createTimePredictor } from './time/predict.js';

/**
 * The oracle that a brain makes: an immutable value, which falls back to the plain one model by model.
 *
 * 1. An answer is a function of the question alone, so that a log replays to the same effects: what is remembered is only ever
 *    given again for the very same features.
 * 2. Whatever a model says that cannot be (NaN, crossed bounds, no chance), the plain oracle's answer is given instead.
 */
export function createLearnedOracle(brain: Brain, plain: Oracle): Oracle {
  const { deciding } = brain;
  const context = contextOf(brain.context);
  const time = createTimePredictor(brain.time);
  const failure = createFailurePredictor(brain.failure);
  const latency = createLatencyPredictor(brain.latency);
  const together = createTogether(brain.assignment);
  const failures = createMemo<Map<Millis, number>>(() => new Map());
  const trips = createMemo<{ answer: ReturnType<Oracle['roundTrip']> | null }>(() => ({ answer: null }));

  const learned: Oracle = {
    duration(v, t) {
      const usual = plain.duration(v, t);
      const kernel = `${t.kernel.kind}@${t.kernel.version}`;
      const said = time(timeFeatures(v, t, context), usual, kernel, speedOf(v, t)?.samples ?? 0, v.ageMs);
      return said.p025 > 0 && said.p025 <= said.median && said.median <= said.p975 && said.p975 < Infinity
        ? said
        : usual;
    },
    failure(v, within) {
      const features = failureFeatures(v);
      const known = failures(v.id, [v.ageMs, ...features]);
      const before = known.get(within);
      if (before !== undefined) return before;
      const said = failure(features, v.ageMs, within);
      const answer = said >= 0 && said <= 1 ? said : plain.failure(v, within);
      if (known.size < MOST_SPANS) known.set(within, answer);
      return answer;
    },
    roundTrip(v) {
      const usual = plain.roundTrip(v);
      const features = latencyFeatures(v, context);
      const known = trips(v.id, [usual.median, usual.p95, ...features]);
      if (known.answer) return known.answer;
      const said = latency(features, usual);
      known.answer = said.median > 0 && said.median <= said.p95 && said.p95 < Infinity ? said : usual;
      return known.answer;
    },
  };
  return {
    duration: deciding.time === 'learned' ? learned.duration : plain.duration,
    failure: deciding.failure === 'learned' ? learned.failure : plain.failure,
    roundTrip: deciding.latency === 'learned' ? learned.roundTrip : plain.roundTrip,
    ...(deciding.assignment === 'learned' ? { together } : plain.together ? { together: plain.together } : {}),
    advice: createBalanceAdvice(brain.balance, context, explorationAfter(brain.balance.samples), deciding.balance),
  };
}

/** What the models say, whether or not they decide: to be held against what comes. */
export function createCandidateOracle(brain: Brain, plain: Oracle): Oracle {
  const deciding = { ...brain.deciding, time: 'learned', failure: 'learned', latency: 'learned' } as const;
  return createLearnedOracle({ ...brain, deciding }, plain);
}

/** So many different spans are asked about one volunteer at one moment at most. */
const MOST_SPANS = 16;
const MOST_REMEMBERED = 4096;

/**
 * What belongs to a volunteer as long as its features are the same to the last bit: within one decision it is asked about again
 * and again.
 */
function createMemo<T>(fresh: () => T): (id: VolunteerId, features: readonly number[]) => T {
  const known = new Map<VolunteerId, { readonly features: readonly number[]; readonly value: T }>();
  return (id, features) => {
    const before = known.get(id);
    if (before && sameNumbers(before.features, features)) return before.value;
    if (known.size >= MOST_REMEMBERED) known.clear();
    const value = fresh();
    known.set(id, { features, value });
    return value;
  };
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return a.length === b.length;
}

/** Its results so far of a task's kernel, in the tab as it is or else as it was. */
export function speedOf(v: VolunteerView, { kernel }: Pick<TaskView, 'kernel'>): SpeedStats | undefined {
  return v.speeds.get(speedKey(kernel, v.hidden)) ?? v.speeds.get(speedKey(kernel, !v.hidden));
}
