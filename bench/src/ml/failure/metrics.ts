import { createRandom } from '@tabgrid/scheduler/random';
import { quantile } from '@tabgrid/simulator/statistics';

/** How good chances of yes-or-no outcomes are. */

/** What was said of one outcome, and what came. */
export interface Forecast {
  readonly chance: number;
  readonly happened: boolean;
}

/**
 * Area under the ROC curve: the chance that of one that happened and one that did not the former was given more (ties half). Sorts
 * once, for many weights of the same outcomes (Mann–Whitney).
 */
export function createAuc(forecasts: readonly Forecast[]): (weight: (index: number) => number) => number {
  const order = forecasts.map((_, i) => i).sort((a, b) => (forecasts[a]?.chance ?? 0) - (forecasts[b]?.chance ?? 0));
  return (weight) => {
    let [below, pairs, no, yes] = [0, 0, 0, 0];
    let [tiedNo, tiedYes, tied] = [0, 0, Number.NaN];
    const settle = () => {
      pairs += tiedYes * (below + tiedNo / 2);
      below += tiedNo;
      [tiedNo, tiedYes] = [0, 0];
    };
    for (const i of order) {
      const forecast = forecasts[i];
      if (!forecast) continue;
      if (forecast.chance !== tied) settle();
      tied = forecast.chance;
      const w = weight(i);
      if (forecast.happened) {
        tiedYes += w;
        yes += w;
      } else {
        tiedNo += w;
        no += w;
      }
    }
    settle();
    return pairs / (no * yes);
  };
}

/** Mean squared difference from the outcome (Brier 1950). */
export function brier(forecasts: readonly Forecast[]): number {
  return forecasts.reduce((sum, f) => sum + (f.chance - (f.happened ? 1 : 0)) ** 2, 0) / forecasts.length;
}

export interface ReliabilityBin {
  readonly predicted: number;
  readonly observed: number;
  readonly count: number;
}

/** Ten groups of equal width by chance; empty ones are left out. */
export function reliability(forecasts: readonly Forecast[]): readonly ReliabilityBin[] {
  const bins = Array.from({ length: 10 }, () => ({ predicted: 0, observed: 0, count: 0 }));
  for (const { chance, happened } of forecasts) {
    const bin = bins[Math.min(9, Math.floor(chance * 10))];
    if (!bin) continue;
    bin.predicted += chance;
    bin.observed += happened ? 1 : 0;
    bin.count++;
  }
  return bins
    .filter(({ count }) => count > 0)
    .map(({ predicted, observed, count }) => ({ predicted: predicted / count, observed: observed / count, count }));
}

/** Expected calibration error: |said − seen| by group, weighted by the size of the groups (Naeini et al. 2015). */
export function ece(forecasts: readonly Forecast[]): number {
  return reliability(forecasts).reduce(
    (sum, { predicted, observed, count }) => sum + (Math.abs(predicted - observed) * count) / forecasts.length,
    0,
  );
}

/**
 * Percentile bootstrap over groups (looks at one volunteer are no independent draws), each drawn with all it has.
 * @param statistic of weights: how often each outcome's group was drawn
 */
export function groupBootstrap(
  groups: readonly string[],
  statistic: (weight: (index: number) => number) => number,
  resamples: number,
): readonly [low: number, high: number] {
  const random = createRandom(1);
  const names = [...new Set(groups)];
  const values = Array.from({ length: resamples }, () => {
    const drawn = new Map<string, number>();
    for (let i = 0; i < names.length; i++) {
      const name = names[Math.floor(random.next() * names.length)] ?? '';
      drawn.set(name, (drawn.get(name) ?? 0) + 1);
    }
    return statistic((i) => drawn.get(groups[i] ?? '') ?? 0);
  });
  return [quantile(values, 0.025), quantile(values, 0.975)];
}
