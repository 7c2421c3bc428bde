import type { Life } from './ledger.js';
import type { Run } from './run.js';

/** Figures of runs, for tables. */

export const SCENARIO_HEADER = [
  ...['liars', 'liars’ lives', 'after 1', 'after 3', 'after 10', 'kept out'],
  ...['false', 'honest tiles', 'wrong pixels', 'of caught', 'probes', 'replicas', 'cost'],
];

export function sum<T>(list: readonly T[], of: (item: T) => number): number {
  return list.reduce((total, item) => total + of(item), 0);
}

/** Of the lives of liars that delivered `most` wrong tiles or were caught before: the share that was caught by then. */
export function caughtWithin(lives: readonly Life[], most: number): number {
  const told = lives.filter(
    ({ kind, wrong, caughtAfter }) => kind !== null && wrong > 0 && (caughtAfter !== null || wrong >= most),
  );
  return (
    told.filter(({ caughtAfter }) => caughtAfter !== null && caughtAfter <= most).length / Math.max(1, told.length)
  );
}

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

export function rowOf(name: string, runs: readonly Run[]): readonly string[] {
  const lives = runs.flatMap((one) => one.lives);
  const liars = lives.filter(({ kind, wrong }) => kind !== null && wrong > 0);
  const mean = (of: (one: Run) => number) => sum(runs, of) / Math.max(1, runs.length);
  const none = liars.length === 0;
  return [
    name,
    String(liars.length),
    ...[1, 3, 10].map((most) => (none ? '–' : percent(caughtWithin(lives, most), 0))),
    none ? '–' : percent(1 - sum(liars, ({ taken }) => taken) / sum(liars, ({ wrong }) => wrong), 1),
    String(lives.filter(({ kind, caughtAfter }) => kind === null && caughtAfter !== null).length),
    String(sum(runs, ({ honestTiles }) => honestTiles)),
    percent(
      mean(({ wrongPixels }) => wrongPixels),
      3,
    ),
    percent(
      mean(({ wrongOfCaught }) => wrongOfCaught),
      3,
    ),
    percent(
      mean(({ probeShare }) => probeShare),
      2,
    ),
    percent(
      mean(({ replicaShare }) => replicaShare),
      2,
    ),
    percent(
      mean(({ probeShare, replicaShare }) => probeShare + replicaShare),
      2,
    ),
  ];
}
