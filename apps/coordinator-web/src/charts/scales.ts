import type { LearningView, Series } from '@tabgrid/coordinator/api';
import { dayText, timeText } from '../words/chart-words.js';

/** What the charts' axes span and say. Pure. */

/** Round durations in milliseconds, as people count them. */
const ROUND_MS = [1, 10, 100, 1e3, 1e4, 6e4, 6e5, 3.6e6, 3.6e7];
const BETWEEN_MS = [3, 30, 300, 3e3, 3e4, 1.8e5, 1.8e6];

/** One range for both axes of predicted against actual, in ms: whole half decades around all that is positive and finite. */
export function durationRange(values: readonly number[]): readonly [number, number] {
  const usable = values.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
  if (usable.length === 0) return [100, 100_000];
  const low = Math.floor(2 * Math.min(...usable) - 0.05) / 2;
  const high = Math.ceil(2 * Math.max(...usable) + 0.05) / 2;
  return [10 ** low, 10 ** high];
}

/** Ticks of a logarithmic axis of durations: the round ones, and those between where there is room. */
export function durationTicks([low, high]: readonly [number, number]): readonly number[] {
  const within = (values: readonly number[]) => values.filter((value) => value >= low && value <= high);
  const round = within(ROUND_MS);
  return round.length > 3 ? round : within([...ROUND_MS, ...BETWEEN_MS]).sort((a, b) => a - b);
}

/** A duration on an axis: `300 ms`, `10 s`, `3 min`, `1 h`. */
export function durationTick(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${ms / 1000} s`;
  return ms < 3_600_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`;
}

/** From below the lowest share, at least down to `most`, up to all of them. */
export function coverageRange(values: readonly number[], most = 0.8): readonly [number, number] {
  const low = Math.min(most, ...values.filter(Number.isFinite));
  return [Math.max(0, Math.floor(low * 10 + 1e-9) / 10), 1];
}

/** From nothing to a round share above the highest, such as 0.2 or 0.5; no share of all is above all. */
export function shareRange(values: readonly number[]): readonly [number, number] {
  const most = Math.max(0, ...values.filter(Number.isFinite));
  const high = most <= 1 ? Math.min(1, most * 1.05) : most * 1.05;
  return [0, [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1].find((round) => round >= high) ?? Math.ceil(high)];
}

/** From below the least to above the most, by a hundredth at least: what is the same but for a trifle is a flat line. */
export function energyRange(energy: readonly number[]): readonly [number, number] {
  const usable = energy.filter(Number.isFinite);
  if (usable.length === 0) return [0, 1];
  const low = usable.reduce((least, value) => Math.min(least, value));
  const high = usable.reduce((most, value) => Math.max(most, value));
  const edge = Math.max((high - low) * 0.05, Math.max(Math.abs(low), Math.abs(high)) * 0.01) || 1;
  return [low >= 0 ? Math.max(0, low - edge) : low - edge, high + edge];
}

/** Two lines over the same moments; null where one has none. Equal moments meet. */
export function joinSeries(
  a: Series,
  b: Series,
): { readonly at: readonly number[]; readonly a: readonly (number | null)[]; readonly b: readonly (number | null)[] } {
  const at = [...new Set([...a.at, ...b.at])].sort((x, y) => x - y);
  const over = ({ at: moments, value }: Series) => {
    const by = new Map(moments.map((moment, i) => [moment, value[i] ?? null]));
    return at.map((moment) => by.get(moment) ?? null);
  };
  return { at, a: over(a), b: over(b) };
}

/**
 * Words under an axis whose steps are moments, not spans: a night without work takes no room. The day is told where it is
 * another than the one before, the seconds where the minute is not.
 * @param at ms since 1970
 * @param indices of the moments to tell
 */
export function momentTicks(at: readonly number[], indices: readonly number[], zone?: string): readonly string[] {
  const first = at[0] ?? 0;
  const oneDay = dayText(first, zone) === dayText(at.at(-1) ?? first, zone);
  const minutes = indices.map((i) => Math.floor((at[i] ?? Number.NaN) / 60_000));
  const close = oneDay && minutes.some((minute, i) => i > 0 && minute === minutes[i - 1]);
  let before = '';
  return indices.map((i) => {
    const moment = at[i];
    if (moment === undefined) return '';
    const day = dayText(moment, zone);
    const told = oneDay || day === before ? timeText(moment, zone, close) : day;
    before = day;
    return told;
  });
}

/** At most `most` of `count` indices, evenly spread and away from both edges, so that their words have room. */
export function tickIndices(count: number, most: number): readonly number[] {
  if (count <= 1) return count === 1 ? [0] : [];
  const ticks = Math.min(count, most);
  return [...new Set(Array.from({ length: ticks }, (_, i) => Math.round(((i + 0.5) / ticks) * (count - 1))))];
}

/**
 * Where the true share of a group may lie: Wilson's score interval at 95 %. Source: E. B. Wilson, JASA 22 (1927).
 * @param share observed, 0 to 1 @param count cases, above 0
 */
export function wilson(share: number, count: number): readonly [number, number] {
  const z = 1.96;
  const zz = (z * z) / count;
  const middle = (share + zz / 2) / (1 + zz);
  const half = (z / (1 + zz)) * Math.sqrt((share * (1 - share)) / count + zz / (4 * count));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** A range that starts a little below nothing, so that dots on the edge are whole. */
export function withEdge([low, high]: readonly [number, number]): readonly [number, number] {
  return [low - (high - low) * 0.04, high];
}

/** A dot's radius in CSS pixels: its area is the group's share of the largest. */
export function dotRadius(count: number, groups: LearningView['reliability']): number {
  const largest = Math.max(1, ...groups.map((group) => group.count));
  return 3 + 6 * Math.sqrt(count / largest);
}
