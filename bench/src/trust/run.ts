import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { createSimulation } from '@tabgrid/simulator/simulate';
import { bagOf, tasksOf } from '@tabgrid/simulator/workload';
import { createLedger, type Life } from './ledger.js';
import { createPixels, type Renders } from './pixels.js';
import type { Scenario } from './scenarios.js';

/** What came of one simulated grid. Work in units of the job's own. */
export interface Run {
  readonly settled: boolean;
  readonly makespanMs: number;
  readonly lives: readonly Life[];
  /** Share of the final picture's pixels that are wrong, and of those that a liar delivered who was caught under that name. */
  readonly wrongPixels: number;
  readonly wrongOfCaught: number;
  /** Tiles of the picture that somebody delivered who was never caught and lied. */
  readonly wrongTiles: number;
  /** Parts computed again, and whole results of honest volunteers that were made to compare and are not the tiles' own. */
  readonly probeShare: number;
  readonly replicaShare: number;
  /** Whole results and parts that were looked at, and what comparisons said. */
  readonly looks: Readonly<Record<'whole' | 'parts' | 'equal' | 'within' | 'different', number>>;
  /** Whole results of honest volunteers, and those of them of which parts were computed again. */
  readonly honestTiles: number;
  readonly probes: number;
}

export function run({ profile }: Scenario, seed: number, renders: Renders): Run {
  const pixels = createPixels(renders);
  const ledger = createLedger(pixels.judge);
  const tasks = tasksOf(profile, seed);
  const simulation = createSimulation(profile, seed, {
    policy: earliestFinish,
    judge: ledger.judge,
    config: { probe: pixels.probe },
    workload: bagOf(profile, seed, tasks),
    inspect: ledger.inspect,
  });
  while (simulation.step());
  const outcome = simulation.outcome();
  const units = tasks.reduce((sum, { workUnits }) => sum + workUnits, 0);
  const liars = new Set(
    [...ledger.lives.values()].flatMap(({ kind, session }) => (kind === null ? [] : [session.index])),
  );
  let [probeUnits, replicaUnits] = [0, 0];
  for (const { purpose, session, use, units: done } of outcome.runs) {
    if (purpose === 'probe') probeUnits += done;
    if (purpose === 'replica' && use !== 'useful' && !liars.has(session)) replicaUnits += done;
  }
  let [wrongPixels, wrongOfCaught, wrongTiles] = [0, 0, 0];
  for (const task of tasks) {
    const claim = ledger.accepted.get(task.id);
    const wrong = claim ? pixels.wrongShare(task, claim) : 0;
    wrongPixels += wrong / tasks.length;
    if (wrong > 0) wrongTiles++;
    if (claim && ledger.lives.get(claim.volunteer)?.caughtAfter !== null) wrongOfCaught += wrong / tasks.length;
  }
  const lives = [...ledger.lives.values()];
  return {
    settled: outcome.settled,
    makespanMs: outcome.makespanMs,
    lives,
    ...{ wrongPixels, wrongOfCaught, wrongTiles },
    probeShare: probeUnits / units,
    replicaShare: replicaUnits / units,
    looks: pixels.looks,
    honestTiles: lives.reduce((sum, { kind, results }) => sum + (kind === null ? results : 0), 0),
    probes: outcome.attempts.probe,
  };
}
