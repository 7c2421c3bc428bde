import { GpuLostError } from '../gpu-session.js';
import { BASE, type Variant } from './variants.js';

/** Which variant is the fastest here: decided by short runs of the same work, all of which have to give the base's bits. */

export interface TrialRun {
  /** On the GPU. */
  readonly ms: number;
  /** Sums and costs. */
  readonly film: Uint8Array;
}

export interface TrialDeps {
  /** The base among them counts once. */
  readonly candidates: readonly Variant[];
  /** Compiles at first. @throws GpuLostError; anything else for a variant that does not run here */
  run(variant: Variant): Promise<TrialRun>;
  now(): number;
  /** Timed runs of each; 0 only compares bits, and takes the last candidate that is equal. */
  readonly rounds?: number;
}

export interface Trial {
  readonly chosen: Variant;
  /** Milliseconds of the shortest run of each variant that gives the base's bits. */
  readonly times: ReadonlyMap<string, number>;
  /** Names of those that do not, or do not run. */
  readonly refused: readonly string[];
}

const ROUNDS = 3;
/** Of GPU time; a run is some ten milliseconds. */
const MOST_GPU_MS = 600;
/** With compiling, which the browser does beside other work. */
const MOST_WALL_MS = 15_000;
/** A variant has to be so many times as fast as the base: less is noise. */
const WORTH = 1.05;

/** @throws GpuLostError, and what the base throws */
export async function tryVariants({ candidates, run, now, rounds = ROUNDS }: TrialDeps): Promise<Trial> {
  const begun = now();
  let gpuMs = 0;
  const timed = async (variant: Variant) => {
    const done = await run(variant);
    gpuMs += done.ms;
    return done;
  };
  const spent = () => gpuMs > MOST_GPU_MS || now() - begun > MOST_WALL_MS;
  const { film } = await timed(BASE);
  const equal: Variant[] = [BASE];
  const refused: string[] = [];
  for (const variant of candidates) {
    if (variant.name === BASE.name) continue;
    if (spent()) break;
    const same = await timed(variant).then(
      (other) => sameBytes(film, other.film),
      (error: unknown) => {
        if (error instanceof GpuLostError) throw error;
        return false;
      },
    );
    if (same) equal.push(variant);
    else refused.push(variant.name);
  }
  const times = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    // Whole rounds, so that a slow spell meets all of them.
    if (spent()) break;
    for (const variant of equal) {
      const { ms } = await timed(variant);
      times.set(variant.name, Math.min(ms, times.get(variant.name) ?? Number.POSITIVE_INFINITY));
    }
  }
  return { chosen: rounds === 0 ? (equal.at(-1) ?? BASE) : fastest(equal, times), times, refused };
}

function fastest(variants: readonly Variant[], times: ReadonlyMap<string, number>): Variant {
  const timeOf = ({ name }: Variant) => times.get(name) ?? Number.POSITIVE_INFINITY;
  const best = variants.reduce((a, b) => (timeOf(b) < timeOf(a) ? b : a), BASE);
  return timeOf(best) * WORTH <= timeOf(BASE) ? best : BASE;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}
