import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { MODEL_NAMES, type ModelName } from '@tabgrid/ml/model';
import { createTfjsTrainer } from '@tabgrid/ml/nn/tfjs-trainer';
import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import type { Profile } from '@tabgrid/simulator/profile';
import { browser, desktop, killWave, lab, telemetry, thousand, traced } from '@tabgrid/simulator/profiles';
import { referenceOf } from '@tabgrid/simulator/reference';
import { simulate } from '@tabgrid/simulator/simulate';
import type { Outcome } from '@tabgrid/simulator/tally';
import { parseTrace } from '@tabgrid/simulator/trace';
import { createWorld } from '@tabgrid/simulator/world';
import { findTraces } from '../../scheduler/traces.js';
import type { Worlds } from './measures.js';
import { createPupil } from './pupil.js';

/** One grid, with the plain oracle and with learning: plain data, so that another process can do it. */
export interface Assignment {
  /** Of a profile. */
  readonly profile: string;
  /** Jobs before the measured ones. */
  readonly before: number;
  readonly worlds: number;
  /** A model that is left out. */
  readonly without: ModelName | null;
}

export interface Measured {
  readonly worlds: Worlds;
  /** Who decided in the end, in the order of `MODEL_NAMES`. */
  readonly decided: readonly string[];
  readonly seconds: number;
}

/** Worlds that the coordinator begins on are none of those that are measured. */
const FIRST_BEFORE = 10_001;

export function profilesThereAre(say: (line: string) => void): readonly Profile[] {
  const traces = findTraces(null, say).map((file) =>
    traced(`trace.${basename(file, '.csv')}`, parseTrace(readFileSync(file, 'utf8'))),
  );
  return [browser, lab, desktop, killWave, telemetry, ...traces, thousand];
}

/** @throws RangeError for a profile that there is not */
export async function measure({ profile: name, before, worlds: count, without }: Assignment): Promise<Measured> {
  const profile = profilesThereAre(() => {}).find((one) => one.name === name);
  if (!profile) throw new RangeError(`no profile “${name}”`);
  const began = performance.now();
  const pupil = await createPupil({ trainer: await createTfjsTrainer('cpu'), seed: 1, without });
  for (let i = 0; i < before; i++) await pupil.job(profile, FIRST_BEFORE + i);
  const [ref, plain, learned]: [number[], Outcome[], Outcome[]] = [[], [], []];
  for (let seed = 1; seed <= count; seed++) {
    const world = createWorld(profile, seed);
    ref.push(referenceOf(world).makespanMs);
    plain.push(simulate(profile, seed, { policy: earliestFinish, world }));
    learned.push(await pupil.job(profile, seed, world));
  }
  const makespans = (all: readonly Outcome[]) => all.map((o) => o.makespanMs);
  const wasted = (all: readonly Outcome[]) => all.map((o) => o.wastedShare);
  const { deciding } = pupil.brain();
  pupil.close();
  return {
    worlds: {
      profile: name,
      ...{ ref, plain: makespans(plain), learned: makespans(learned) },
      ...{ plainWasted: wasted(plain), learnedWasted: wasted(learned) },
    },
    decided: MODEL_NAMES.map((model) => deciding[model]),
    seconds: (performance.now() - began) / 1000,
  };
}
