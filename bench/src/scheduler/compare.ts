import type { Profile } from '@tabgrid/simulator/profile';
import { type Reference, referenceOf } from '@tabgrid/simulator/reference';
import { simulate } from '@tabgrid/simulator/simulate';
import type { Outcome } from '@tabgrid/simulator/tally';
import { createWorld } from '@tabgrid/simulator/world';
import type { Contender } from './contenders.js';

/** One contender in one world. The single runs are left out: they are many. */
export type Result = Omit<Outcome, 'runs'>;

export interface Comparison {
  readonly profile: Profile;
  readonly seeds: readonly number[];
  /** One a seed. */
  readonly references: readonly Reference[];
  /** By contender, one a seed: equal places are equal worlds. */
  readonly results: ReadonlyMap<string, readonly Result[]>;
}

/** Runs all contenders in the same worlds. */
export function compare(
  profile: Profile,
  contenders: readonly Contender[],
  seeds: readonly number[],
  say: (line: string) => void,
): Comparison {
  const references: Reference[] = [];
  const results = new Map<string, Result[]>(contenders.map(({ name }) => [name, []]));
  const began = performance.now();
  for (const seed of seeds) {
    const world = createWorld(profile, seed);
    references.push(referenceOf(world));
    for (const { name, policy, config } of contenders) {
      const { runs: _, ...result } = simulate(profile, seed, { policy, config: config(world), world });
      results.get(name)?.push(result);
    }
  }
  const seconds = (performance.now() - began) / 1000;
  say(`${profile.name}: ${seeds.length} worlds, ${contenders.length} policies, ${seconds.toFixed(0)} s`);
  return { profile, seeds, references, results };
}
