import type { VolunteerId } from '@tabgrid/protocol/ids';
import type { Asked } from './stream.js';

/** What others would say, learned from the same outcomes at the same moments. Times in ms. */
export interface Baselines {
  /** Before the outcome. */
  say(asked: Asked): BaselineAnswers;
  learn(asked: Asked, said: BaselineAnswers, ms: number): void;
}

export interface BaselineAnswers {
  readonly globalMean: number;
  readonly boinc: number;
  /** Its median is the EWMA's: the plain oracle's. */
  readonly aci: readonly [low: number, high: number];
  /** The same, in units of the EWMA's own error. */
  readonly aciScaled: readonly [low: number, high: number];
}

export function createBaselines(): Baselines {
  const all = { mean: 0, n: 0 };
  const volunteers = new Map<VolunteerId, { mean: number; n: number }>();
  const plainAci = createAci();
  const scaledAci = createAci();
  const meanOf = (asked: Asked) => (all.n > 0 ? all.mean * asked.units : asked.plain.median);
  return {
    say(asked) {
      const globalMean = meanOf(asked);
      const own = volunteers.get(asked.volunteer);
      return {
        globalMean,
        boinc: own ? own.mean * asked.units : globalMean,
        aci: plainAci.interval(asked.plain.median, 1),
        aciScaled: scaledAci.interval(asked.plain.median, halfOf(asked)),
      };
    },
    learn(asked, said, ms) {
      const msPerUnit = ms / asked.units;
      all.n++;
      all.mean += (msPerUnit - all.mean) / all.n;
      const own = volunteers.get(asked.volunteer) ?? { mean: 0, n: 0 };
      boincUpdate(own, msPerUnit);
      volunteers.set(asked.volunteer, own);
      const log = Math.abs(Math.log(ms / asked.plain.median));
      plainAci.learn(log, ms < said.aci[0] || ms > said.aci[1]);
      scaledAci.learn(log / halfOf(asked), ms < said.aciScaled[0] || ms > said.aciScaled[1]);
    },
  };
}

const halfOf = ({ plain }: Asked) => Math.max(0.03, Math.log(plain.p975 / plain.median));

/** BOINC's kind of running average: the mean of the first 20, then 1 % for the newest, which counts as ten times the mean at most. */
function boincUpdate(average: { mean: number; n: number }, value: number): void {
  average.n++;
  if (average.n <= 20) average.mean += (value - average.mean) / average.n;
  else average.mean += 0.01 * (Math.min(value, 10 * average.mean) - average.mean);
}

/** Adaptive conformal inference (Gibbs and Candès 2021, γ = 0.005) on |log residual| of the last 1,000 outcomes. */
function createAci() {
  const TARGET = 0.05;
  const STEP = 0.005;
  const WINDOW = 1000;
  /** The last scores in the order of their coming, and sorted. */
  const scores: number[] = [];
  const sorted: number[] = [];
  let alpha = TARGET;
  return {
    interval(middle: number, unit: number): readonly [number, number] {
      if (sorted.length < 20) return [middle / Math.exp(unit), middle * Math.exp(unit)];
      const at = Math.min(sorted.length, Math.max(1, Math.ceil((sorted.length + 1) * (1 - alpha)))) - 1;
      const reach = Math.exp((sorted[at] ?? 1) * unit);
      return [middle / reach, middle * reach];
    },
    learn(score: number, missed: boolean): void {
      alpha = Math.min(0.5, Math.max(0.0005, alpha + STEP * (TARGET - (missed ? 1 : 0))));
      scores.push(score);
      sorted.splice(place(sorted, score), 0, score);
      const oldest = scores.length > WINDOW ? scores.shift() : undefined;
      if (oldest !== undefined) sorted.splice(place(sorted, oldest), 1);
    },
  };
}

/** The first index of an ascending list whose value is not below `value`. */
function place(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? 0) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
