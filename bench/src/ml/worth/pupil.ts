import type { Brain } from '@tabgrid/ml/brain';
import { type ContextValue, contextOf } from '@tabgrid/ml/context';
import { createCandidateOracle, createLearnedOracle } from '@tabgrid/ml/learned-oracle';
import { createLearner } from '@tabgrid/ml/learner';
import type { ModelName, Score } from '@tabgrid/ml/model';
import { createModels } from '@tabgrid/ml/models';
import type { Trainer } from '@tabgrid/ml/nn/trainer';
import type { Observation } from '@tabgrid/ml/observation';
import { createRecorder } from '@tabgrid/ml/recorder';
import { type Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { createPlainOracle, type Oracle } from '@tabgrid/scheduler/oracle';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { MEDIAN_UNITS_PER_SECOND, type Profile } from '@tabgrid/simulator/profile';
import { createSimulation } from '@tabgrid/simulator/simulate';
import type { Outcome } from '@tabgrid/simulator/tally';
import { createWorld, type World } from '@tabgrid/simulator/world';
import * as v from 'valibot';

/** A coordinator that learns from job to job, on the simulator's clock. */
export interface Pupil {
  /** A job on a grid: everything that was learned decides, and is learned from. */
  job(profile: Profile, seed: number, world?: World): Promise<Outcome>;
  brain(): Brain;
  scores(): Readonly<Record<ModelName, Score>>;
  close(): void;
}

export interface PupilOptions {
  readonly trainer: Trainer;
  readonly seed: number;
  /** A model whose baseline decides, whatever it has learned. */
  readonly without?: ModelName | null;
}

/** A round of training as soon as there is so much to learn from, looked at once a mean task: some dozen a job. */
const OBSERVED_A_ROUND = 500;

/** Between jobs; weekday and hour are the same in each. */
const WEEK_MS: Millis = 7 * 86_400_000;

const CONTEXT: Pick<ContextValue, 'wallAtZero' | 'timeZoneMinutes'> = { wallAtZero: 0, timeZoneMinutes: 0 };

export async function createPupil({ trainer, seed, without = null }: PupilOptions): Promise<Pupil> {
  const learner = await createLearner({ models: createModels(seed), context: CONTEXT });
  const plain = createPlainOracle(() => MEDIAN_UNITS_PER_SECOND);
  let jobs = 0;

  const oracleOf = (brain: Brain): Oracle => {
    const deciding = without === null ? brain.deciding : { ...brain.deciding, [without]: 'baseline' as const };
    return createLearnedOracle({ ...brain, deciding }, plain);
  };

  return {
    brain: () => learner.brain(),
    scores: () => learner.scores(),
    close: () => learner.close(),
    async job(profile, worldSeed, world = createWorld(profile, worldSeed)) {
      const base = { ...CONTEXT, wallAtZero: WEEK_MS * jobs++ };
      let brain = learner.brain();
      let candidate = createCandidateOracle(brain, plain);
      let context = contextOf({ ...base, usualLoad: brain.context.usualLoad });
      const known = new Map([[brain.hash, oracleOf(brain)]]);
      const observed: Observation[] = [];
      const apart = createNames(jobs);
      const simulation = createSimulation(profile, worldSeed, {
        policy: earliestFinish,
        world,
        config: { oracle: plain, oracles: (hash) => known.get(hash) ?? null },
        inspect: (_, event, effects) => recorder.handled(simulation.now, event, effects),
      });
      const recorder = createRecorder({
        view: (id) => simulation.scheduler.view(id),
        views: () => simulation.scheduler.views(),
        plain,
        learned: () => candidate,
        context: () => context,
        emit: (observation) => observed.push(apart(observation)),
      });
      const change = () => simulation.tell({ type: 'oracleChanged', revision: brain.revision, hash: brain.hash });

      if (brain.revision > 0) change();
      // Nothing happens for long before the job but that volunteers come and go.
      while (simulation.step(simulation.beginsAt));
      observed.length = 0;
      for (let until = simulation.beginsAt + profile.taskMs; ; until += profile.taskMs) {
        while (simulation.step(until));
        if (simulation.over) break;
        recorder.tick(simulation.now);
        if (observed.length < OBSERVED_A_ROUND) continue;
        learner.observe(observed.splice(0));
        brain = await learner.round(trainer);
        candidate = createCandidateOracle(brain, plain);
        context = contextOf({ ...base, usualLoad: brain.context.usualLoad });
        known.set(brain.hash, oracleOf(brain));
        change();
      }
      recorder.close(simulation.now);
      learner.observe(observed.splice(0));
      await learner.round(trainer);
      return simulation.outcome();
    },
  };
}

/** Every world names its volunteers alike, and none of them is in another. */
function createNames(job: number): (observation: Observation) => Observation {
  const names = new Map<VolunteerId, VolunteerId>();
  return (observation) => {
    if (!('volunteer' in observation)) return observation;
    const name = names.get(observation.volunteer) ?? v.parse(VolunteerId, `${job}.${observation.volunteer}`);
    names.set(observation.volunteer, name);
    return { ...observation, volunteer: name };
  };
}
