import type { Kept } from '@tabgrid/ml/history';
import type { Observation, PresenceObservation, RunObservation } from '@tabgrid/ml/observation';
import { HORIZON_MS } from '@tabgrid/ml/observation';
import type { LearningView, Series } from '../api.js';

/** What the page's plots show, kept as outcomes come in: a bounded amount of work for each, and nothing to add up when asked. */
export interface Tracks {
  add(observation: Observation): void;
  /** In the place of what is there. */
  replace(kept: Pick<Kept, 'run' | 'presence'>): void;
  view(): Pick<LearningView, 'predicted' | 'coverage' | 'reliability' | 'error' | 'reward'>;
}

/** Tasks in the scatter, and points of a line at most. */
const SHOWN = 500;
/** Tasks that a point of coverage or error is about. */
const WINDOW = 100;
/** Fewer tell nothing. */
const LEAST = 20;
/** Seconds in a point of reward. */
const PERIODS = 10;
const GROUPS = 10;
const LOOKS = 2_000;

interface Run {
  readonly at: number;
  readonly said: number;
  readonly plain: number;
  readonly took: number;
  readonly within: boolean;
}

export function createTracks(): Tracks {
  const runs: Run[] = [];
  const looks: { readonly said: number; readonly left: boolean }[] = [];
  const coverage = createLine();
  const learned = createLine();
  const baseline = createLine();
  const raw = createLine();
  const shaped = createLine();
  let rewards: { readonly raw: number; readonly shaped: number }[] = [];

  const run = ({ at, said, plain, ms, end }: RunObservation): void => {
    if (end === 'cut' || !(ms > 0)) return;
    const within = ms >= said.p025 && ms <= said.p975;
    push(runs, { at, said: said.median, plain: plain.median, took: ms, within }, SHOWN);
    const last = runs.slice(-WINDOW);
    if (last.length < LEAST) return;
    coverage.add(at, last.filter((one) => one.within).length / last.length);
    learned.add(at, median(last.map((one) => Math.abs(one.said - one.took) / one.took)));
    baseline.add(at, median(last.map((one) => Math.abs(one.plain - one.took) / one.took)));
  };

  const presence = ({ said, left, watchedMs }: PresenceObservation): void => {
    // Of one that was not watched to the end nobody knows.
    if (left || watchedMs >= HORIZON_MS) push(looks, { said, left }, LOOKS);
  };

  const reward = (at: number, choices: readonly { readonly raw: number; readonly shaped: number }[]): void => {
    if (choices.length === 0) return;
    rewards.push({ raw: mean(choices.map((one) => one.raw)), shaped: mean(choices.map((one) => one.shaped)) });
    if (rewards.length < PERIODS) return;
    raw.add(at, mean(rewards.map((one) => one.raw)));
    shaped.add(at, mean(rewards.map((one) => one.shaped)));
    rewards = [];
  };

  const clear = (): void => {
    runs.length = 0;
    looks.length = 0;
    rewards = [];
    for (const line of [coverage, learned, baseline, raw, shaped]) line.clear();
  };

  return {
    add(observation) {
      if (observation.type === 'run') run(observation);
      else if (observation.type === 'presence') presence(observation);
      else if (observation.type === 'balance') reward(observation.at, observation.choices);
    },
    replace(kept) {
      clear();
      for (const one of kept.run.slice(-2 * SHOWN)) run(one);
      for (const one of kept.presence.slice(-LOOKS)) presence(one);
    },
    view: () => ({
      predicted: { saidMs: runs.map(({ said }) => said), tookMs: runs.map(({ took }) => took) },
      coverage: coverage.value(),
      reliability: reliability(looks),
      error: { learned: learned.value(), baseline: baseline.value() },
      reward: { raw: raw.value(), shaped: shaped.value() },
    }),
  };
}

/** Groups of equal width by what was predicted; empty ones are left out. */
function reliability(looks: readonly { said: number; left: boolean }[]): LearningView['reliability'] {
  const groups = Array.from({ length: GROUPS }, () => ({ said: 0, left: 0, count: 0 }));
  for (const { said, left } of looks) {
    const group = groups[Math.min(GROUPS - 1, Math.max(0, Math.floor(said * GROUPS)))];
    if (!group) continue;
    group.said += said;
    group.left += left ? 1 : 0;
    group.count++;
  }
  return groups
    .filter(({ count }) => count > 0)
    .map(({ said, left, count }) => ({ predicted: said / count, observed: left / count, count }));
}

function createLine() {
  let at: number[] = [];
  let value: number[] = [];
  return {
    add(when: number, what: number): void {
      // A wall clock that was set back does not make a line go back.
      at.push(Math.max(when, at.at(-1) ?? when));
      value.push(what);
      if (at.length > SHOWN) {
        at = at.slice(-SHOWN);
        value = value.slice(-SHOWN);
      }
    },
    clear(): void {
      at = [];
      value = [];
    },
    value: (): Series => ({ at: [...at], value: [...value] }),
  };
}

function push<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}
