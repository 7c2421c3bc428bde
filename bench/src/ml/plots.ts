import type { BenchResult } from '../result.js';
import type { Plot, Point } from './plot.js';

/** Pictures of a result's samples, by the name of their file. */
export function plotsOf({ samples }: Pick<BenchResult, 'samples'>): Readonly<Record<string, Plot>> {
  const plots: Record<string, Plot> = {};
  for (const [name, took] of Object.entries(samples)) {
    const set = /^(.*)\.time\.took$/.exec(name)?.[1];
    if (set === undefined) continue;
    const said = samples[`${set}.time.said`] ?? [];
    plots[`time-${set}`] = {
      title: `${set}: predicted and actual time`,
      x: { label: 'predicted, ms', scale: 'log' },
      y: { label: 'took, ms', scale: 'log' },
      series: [{ name: 'a task', as: 'points', points: pairs(said, took) }],
      reference: { ...diagonal(said, took), label: 'exact' },
    };
    const shares = samples[`${set}.time.rollingCoverage`] ?? [];
    plots[`coverage-${set}`] = {
      title: `${set}: share of tasks within their 95 % interval`,
      x: { label: 'outcomes, hundredths' },
      y: { label: 'share', range: [0.5, 1] },
      series: [{ name: 'learned', as: 'line', points: shares.map((value, i): Point => [i, value]) }],
      reference: { from: [0, 0.95], to: [Math.max(1, shares.length - 1), 0.95], label: '95 %' },
    };
  }
  const reliability = Object.entries(samples).flatMap(([name, predicted]) => {
    const direction = /^failure\.predicted, (.*)$/.exec(name)?.[1];
    if (direction === undefined) return [];
    const points = pairs(predicted, samples[`failure.observed, ${direction}`] ?? []);
    return [{ name: direction, as: 'line' as const, points }];
  });
  if (reliability.length > 0) {
    plots['failure-reliability'] = {
      title: 'Gone within a minute: predicted and seen',
      x: { label: 'predicted', range: [0, 1] },
      y: { label: 'share that left', range: [0, 1] },
      series: reliability,
      reference: { from: [0, 0], to: [1, 1], label: 'exact' },
    };
  }
  const worlds = Object.entries(samples).flatMap(([name, plain]) => {
    const profile = /^worth\.(.*)\.plainOverRef$/.exec(name)?.[1];
    if (profile === undefined) return [];
    const points = pairs(plain, samples[`worth.${profile}.learnedOverRef`] ?? []);
    return [{ name: profile, as: 'points' as const, points }];
  });
  if (worlds.length > 0) {
    const most = Math.max(...worlds.flatMap(({ points }) => points.flat()));
    plots['worth'] = {
      title: 'Makespan over the reference, a point a world',
      x: { label: 'plain', range: [1, most] },
      y: { label: 'learned', range: [1, most] },
      series: worlds,
      reference: { from: [1, 1], to: [most, most], label: 'no difference' },
    };
  }
  return plots;
}

/** Where both are equal, as far as both reach: what lies beyond an axis is drawn at its end. */
function diagonal(xs: readonly number[], ys: readonly number[]): { readonly from: Point; readonly to: Point } {
  const low = Math.max(Math.min(...xs), Math.min(...ys));
  const high = Math.min(Math.max(...xs), Math.max(...ys));
  return { from: [low, low], to: [high, high] };
}

function pairs(xs: readonly number[], ys: readonly number[]): readonly Point[] {
  return xs.map((x, i): Point => [x, ys[i] ?? Number.NaN]);
}
