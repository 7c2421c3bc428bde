import type { Trainer } from '@tabgrid/ml/nn/trainer';
import { ageAndRecency, baseRate, type Rule, type Sample, weibull } from './baselines.js';
import { type Deployed, deployModel, deployRule } from './deploy.js';
import type { Forecast } from './metrics.js';
import type { TraceLook } from './trace-looks.js';

/** What was learned and the simple rules, each learned from the same looks and tried on the same others. */

const RULES: Readonly<Record<string, (samples: readonly Sample[]) => Rule>> = {
  'base rate': baseRate,
  'age (Weibull)': weibull,
  'age + recency': ageAndRecency,
};

export interface Tried {
  readonly name: string;
  /** Volunteer of each forecast. */
  readonly groups: readonly string[];
  /** One a seed. */
  readonly learned: readonly Outcome[];
  readonly rules: ReadonlyMap<string, Outcome>;
}

export interface Outcome {
  readonly calibrated: readonly Forecast[];
  readonly frozen: readonly Forecast[];
}

/** One model a seed, and so many steps for each. */
export interface Effort {
  readonly trainer: Trainer;
  readonly seeds: readonly number[];
  readonly steps: number;
}

/** Learns from the one and forecasts the other. @param test observed later than `train` */
export async function tryLooks(
  name: string,
  train: readonly TraceLook[],
  test: readonly TraceLook[],
  { trainer, seeds, steps }: Effort,
): Promise<Tried> {
  const judged = test.flatMap(({ left }, i) => (left === null ? [] : [i]));
  const outcome = ({ chances, frozen }: Deployed): Outcome => {
    const of = (all: readonly number[]) =>
      judged.map((i): Forecast => ({ chance: all[i] ?? Number.NaN, happened: test[i]?.left === true }));
    return { calibrated: of(chances), frozen: of(frozen) };
  };
  const learned: Outcome[] = [];
  for (const seed of seeds) learned.push(outcome(await deployModel(train, test, trainer, { seed, steps })));
  const rules = new Map<string, Outcome>();
  for (const [rule, fit] of Object.entries(RULES)) {
    rules.set(rule, outcome(await deployRule(train, test, fit(samplesOf(train)))));
  }
  return { name, groups: judged.map((i) => test[i]?.observation.volunteer ?? ''), learned, rules };
}

function samplesOf(looks: readonly TraceLook[]): readonly Sample[] {
  return looks.flatMap(({ observation: { ageMs }, recencyMs, left }) =>
    left === null ? [] : [{ ageMs, recencyMs, left }],
  );
}
