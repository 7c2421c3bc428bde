/**
 * Off-policy judgement: would what was learned have been worth more than what the policy does, on decisions that somebody else took?
 *
 * For each decision: w, how much likelier (or not) a policy would have done what was done, and δ = reward + discount × V(next) − V(here),
 * how much better it went than states of its kind go. A policy's advantage is the self-normalised mean Σwδ ÷ Σw (importance sampling per
 * decision; Swaminathan and Joachims 2015), V being the control variate. It is what one decision by the policy brings, all others left
 * as they are: the first-order part of its gain (Kakade and Langford 2002), and free of the variance of whole trajectories.
 * The two advantages are compared on the same decisions; the error comes from the ratios' linearisation, summed over blocks of periods
 * since neighbouring ones resemble each other.
 */

export interface Judged {
  /** How likely the learned policy and the usual one would have done what was done ÷ how likely it was. */
  readonly learned: number;
  readonly usual: number;
  /** δ */
  readonly surprise: number;
}

export interface Judgement {
  /** Decisions in it. */
  readonly samples: number;
  /** Mean advantage of each a decision; null before there are any that it would have taken. */
  readonly learned: number | null;
  readonly usual: number | null;
  /** One-sided 99 % lower and upper bound of the difference; null until there is enough to say. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface Judge {
  /** The decisions of one period, in any order. */
  add(period: readonly Judged[]): void;
  judgement(): Judgement;
}

const PERIODS = 1200;
const BLOCK = 20;
const LEAST_BLOCKS = 10;
/** Decisions' worth of evidence (Kish 1965: (Σw)² ÷ Σw²) for each side before anything is said. */
const LEAST_EFFECTIVE = 30;
/** One decision never counts more than this many. */
const MOST_WEIGHT = 50;
/** One-sided 99 %: it is looked at again and again. */
const Z = 2.326;

interface Sums {
  readonly w: number;
  readonly ww: number;
  readonly wd: number;
}

interface Block {
  readonly periods: number;
  readonly samples: number;
  readonly learned: Sums;
  readonly usual: Sums;
}

const NOTHING: Sums = { w: 0, ww: 0, wd: 0 };

export function createJudge(): Judge {
  let blocks: Block[] = [];
  return {
    add(period) {
      const last = blocks.at(-1);
      const open = last && last.periods < BLOCK ? last : EMPTY;
      const grown: Block = {
        periods: open.periods + 1,
        samples: open.samples + period.length,
        learned: grow(open.learned, period, 'learned'),
        usual: grow(open.usual, period, 'usual'),
      };
      blocks = [...(open === EMPTY ? blocks : blocks.slice(0, -1)), grown].slice(-PERIODS / BLOCK);
    },
    judgement() {
      const samples = blocks.reduce((sum, b) => sum + b.samples, 0);
      const learned = total(blocks.map((b) => b.learned));
      const usual = total(blocks.map((b) => b.usual));
      const [l, u] = [mean(learned), mean(usual)];
      const enough = blocks.length >= LEAST_BLOCKS && effective(learned) >= LEAST_EFFECTIVE;
      if (l === null || u === null || !enough || effective(usual) < LEAST_EFFECTIVE) {
        return { samples, learned: l, usual: u, low: null, high: null };
      }
      let squares = 0;
      for (const b of blocks) {
        squares += ((b.learned.wd - l * b.learned.w) / learned.w - (b.usual.wd - u * b.usual.w) / usual.w) ** 2;
      }
      const error = Math.sqrt((squares * blocks.length) / (blocks.length - 1));
      return { samples, learned: l, usual: u, low: l - u - Z * error, high: l - u + Z * error };
    },
  };
}

const EMPTY: Block = { periods: 0, samples: 0, learned: NOTHING, usual: NOTHING };

function grow(sums: Sums, period: readonly Judged[], of: 'learned' | 'usual'): Sums {
  let { w, ww, wd } = sums;
  for (const judged of period) {
    const weight = Math.min(MOST_WEIGHT, judged[of]);
    w += weight;
    ww += weight ** 2;
    wd += weight * judged.surprise;
  }
  return { w, ww, wd };
}

function total(all: readonly Sums[]): Sums {
  return all.reduce((a, b) => ({ w: a.w + b.w, ww: a.ww + b.ww, wd: a.wd + b.wd }), NOTHING);
}

const mean = ({ w, wd }: Sums): number | null => (w > 0 ? wd / w : null);
const effective = ({ w, ww }: Sums): number => (ww > 0 ? w ** 2 / ww : 0);
