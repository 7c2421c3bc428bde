/**
 * How far the net's median is followed, from the plain oracle's (0) to the net's (1): the part of the way that erred least on the last
 * outcomes, each predicted before it was known. Apart for volunteers that are steady and for those that are not: a net that has seen
 * little helps with the second long before it beats an average at the first.
 */
export interface Trust {
  /** @param half of the plain interval @param mid the net's @param observed both in the net's units */
  learn(half: number, mid: number, observed: number): void;
  /** Mean losses, class by class: what a part keeps. */
  value(): Float32Array<ArrayBuffer>;
}

/** Parts of the way. */
const WAYS = [0, 0.25, 0.5, 0.75, 1] as const;
/** Half-widths that part the classes: about ±15 %, and a factor of e^½. */
const CLASSES = [0.15, 0.5] as const;
/** Losses in a part. */
export const TRUST_SIZE = WAYS.length * (CLASSES.length + 1);
const WEIGHT = 1 / 200;
/** One stray outcome counts for no more than this, in half-widths. */
const MOST_LOSS = 2;

const classOf = (half: number) => CLASSES.filter((from) => half >= from).length;

export function createTrust(from: Float32Array): Trust {
  const losses = Float32Array.from(from);
  return {
    learn(half, mid, observed) {
      const start = classOf(half) * WAYS.length;
      for (const [i, way] of WAYS.entries()) {
        const loss = Math.min(MOST_LOSS, Math.abs(observed - way * mid));
        const before = losses[start + i] ?? 0;
        losses[start + i] = before + WEIGHT * (loss - before);
      }
    },
    value: () => losses.slice(),
  };
}

/** The part of the way to go for a plain interval of that half-width; 0 before anything was learned. */
export function trustIn(losses: Float32Array, half: number): number {
  const start = classOf(half) * WAYS.length;
  let best = 0;
  for (let i = 1; i < WAYS.length; i++) if ((losses[start + i] ?? 0) < (losses[start + best] ?? 0)) best = i;
  return WAYS[best] ?? 0;
}
