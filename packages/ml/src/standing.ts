import { MODEL_NAMES, type ModelName, type Score } from './model.js';

/** Who decides. A model takes over from its baseline, and steps back to it, by how both did on the same outcomes. */
export type Standing = Readonly<Record<ModelName, 'learned' | 'baseline'>>;

export const ALL_BASELINE: Standing = {
  time: 'baseline',
  assignment: 'baseline',
  balance: 'baseline',
  failure: 'baseline',
  latency: 'baseline',
};

/** Fewer outcomes say nothing: things stay as they are. */
export const LEAST_SAMPLES = 100;

/**
 * A model has to be better by this share of the baseline's loss before it takes over, and keeps deciding while it is not worse:
 * the room between keeps one that is about as good from going to and fro.
 */
const MARGIN = 0.01;

/** @param before who decided until now */
export function standingAfter(before: Standing, scores: Readonly<Record<ModelName, Score>>): Standing {
  const after: Record<ModelName, 'learned' | 'baseline'> = { ...before };
  for (const name of MODEL_NAMES) after[name] = judged(before[name], scores[name]);
  return after;
}

function judged(before: 'learned' | 'baseline', { samples, learned, baseline }: Score): 'learned' | 'baseline' {
  if (learned === null || baseline === null || samples < LEAST_SAMPLES) return before;
  // A loss that is no number is the worst of all.
  if (!Number.isFinite(learned)) return 'baseline';
  if (before === 'learned') return learned > baseline ? 'baseline' : 'learned';
  return learned < baseline - MARGIN * Math.abs(baseline) ? 'learned' : 'baseline';
}
