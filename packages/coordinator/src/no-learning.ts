import type { LearningView } from './api.js';

/** A coordinator without anything to learn with says so. */
export const NO_LEARNING = 'This page has nothing to learn with.';

export const NOTHING_LEARNED: LearningView = {
  mode: 'off',
  problem: NO_LEARNING,
  backend: null,
  measured: [],
  outcomes: 0,
  revision: 0,
  models: [],
  predicted: { saidMs: [], tookMs: [] },
  coverage: { at: [], value: [] },
  reliability: [],
  error: { learned: { at: [], value: [] }, baseline: { at: [], value: [] } },
  reward: { raw: { at: [], value: [] }, shaped: { at: [], value: [] } },
  running: [],
};
