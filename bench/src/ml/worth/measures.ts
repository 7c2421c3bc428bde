import { createRandom } from '@tabgrid/scheduler/random';
import { quantile } from '@tabgrid/simulator/statistics';

/** What learning is worth, from makespans in the same worlds. Lists are parallel: one entry a world. */

export interface Worlds {
  readonly profile: string;
  /** Makespans, ms. */
  readonly ref: readonly number[];
  readonly plain: readonly number[];
  readonly learned: readonly number[];
  /** Work in vain as a share of all, 0 to 1. */
  readonly plainWasted: readonly number[];
  readonly learnedWasted: readonly number[];
}

/** Below this there is no gap that learning could close: ratios of next to nothing say nothing. */
const LEAST_GAP = 0.05;

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Means over worlds of makespan ÷ reference, less 1. */
export function gapOf(makespans: readonly number[], ref: readonly number[]): number {
  return mean(makespans.map((ms, i) => ms / (ref[i] ?? Number.NaN))) - 1;
}

export const hasGap = ({ plain, ref }: Worlds): boolean => gapOf(plain, ref) > LEAST_GAP;

/** (learned − reference) ÷ (plain − reference): each in units of its world's reference, and summed over worlds before dividing. */
export function gapRatio({ learned, plain, ref }: Worlds): number {
  return gapOf(learned, ref) / gapOf(plain, ref);
}

/** The same over profiles, each profile counting alike; NaN when none has a gap. */
export function pooledGapRatio(all: readonly Worlds[]): number {
  const open = all.filter(hasGap);
  return (
    mean(open.map(({ learned, ref }) => gapOf(learned, ref))) / mean(open.map(({ plain, ref }) => gapOf(plain, ref)))
  );
}

/** Mean of learned ÷ plain, world by world. */
export function makespanRatio({ learned, plain }: Worlds): number {
  return mean(learned.map((ms, i) => ms / (plain[i] ?? Number.NaN)));
}

/** In share of all work: above 0, learning wastes more. */
export function moreWaste({ learnedWasted, plainWasted }: Worlds): number {
  return mean(learnedWasted) - mean(plainWasted);
}

const RESAMPLES = 2000;

/** 95 % interval by the paired bootstrap over worlds, the same for the same worlds. Resamples in which there is no ratio are left out. */
export function bootstrap(
  worlds: readonly Worlds[],
  of: (resampled: readonly Worlds[]) => number,
): readonly [low: number, high: number] {
  const random = createRandom(1);
  const found: number[] = [];
  for (let i = 0; i < RESAMPLES; i++) {
    const value = of(
      worlds.map((w) =>
        pick(
          w,
          w.ref.map(() => Math.floor(random.next() * w.ref.length)),
        ),
      ),
    );
    if (Number.isFinite(value)) found.push(value);
  }
  return [quantile(found, 0.025), quantile(found, 0.975)];
}

function pick(worlds: Worlds, places: readonly number[]): Worlds {
  const at = (values: readonly number[]) => places.map((i) => values[i] ?? Number.NaN);
  const { profile, ref, plain, learned, plainWasted, learnedWasted } = worlds;
  return {
    profile,
    ...{ ref: at(ref), plain: at(plain), learned: at(learned) },
    ...{ plainWasted: at(plainWasted), learnedWasted: at(learnedWasted) },
  };
}
