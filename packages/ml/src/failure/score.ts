import type { Score } from '../model.js';

/** Outcomes that a model is judged by. */
const JUDGED = 500;
/** No forecast is punished for more certainty than this. */
const LEAST_CHANCE = 1e-3;

export interface RecentScore {
  add(learned: number, baseline: number, happened: boolean): void;
  value(): Score;
}

/** Mean log loss of two forecasts of the same events, over the last few hundred. */
export function createRecentScore(): RecentScore {
  const losses: (readonly [learned: number, baseline: number])[] = [];
  return {
    add(learned, baseline, happened) {
      losses.push([logLoss(learned, happened), logLoss(baseline, happened)]);
      if (losses.length > JUDGED) losses.shift();
    },
    value() {
      const samples = losses.length;
      const mean = (of: 0 | 1) => (samples === 0 ? null : losses.reduce((sum, pair) => sum + pair[of], 0) / samples);
      return { samples, learned: mean(0), baseline: mean(1), measure: 'log loss' };
    },
  };
}

function logLoss(chance: number, happened: boolean): number {
  const p = Math.min(1 - LEAST_CHANCE, Math.max(LEAST_CHANCE, chance));
  return -Math.log(happened ? p : 1 - p);
}
