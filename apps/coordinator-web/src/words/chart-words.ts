import type { LearningView, Series } from '@tabgrid/coordinator/api';
import { formatCount, formatDuration, plural } from './format.js';

/**
 * The charts without the pictures: for each a sentence that says what it shows now, and a table of its numbers. Pure.
 * Moments are told in the zone that is handed in (an IANA name; without one, the browser's).
 */
export interface ChartWords {
  readonly sentence: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Rows that a table of moments has at most. */
const MOST_ROWS = 12;

const COVERAGE_AIM = 0.95;

/** @see LearningView.predicted */
export function scatterWords({ saidMs, tookMs }: LearningView['predicted']): ChartWords {
  const ratios = saidMs.flatMap((said, i) => {
    const took = tookMs[i];
    return took === undefined || took <= 0 || said <= 0 ? [] : [{ said, took, off: Math.abs(took - said) / took }];
  });
  const near = (some: readonly (typeof ratios)[number][]) =>
    some.filter(({ said, took }) => said <= 2 * took && took <= 2 * said).length / Math.max(1, some.length);
  const head = ['Predicted', 'Tasks', 'Half took less than', 'Within a factor of two'];
  if (ratios.length === 0) return { sentence: 'No task was predicted yet.', head, rows: [] };
  const halfOff = median(ratios.map(({ off }) => off));
  return {
    sentence: `Of the last ${plural(ratios.length, 'task')}, half took within ${share(halfOff)} of the prediction, and ${share(near(ratios))} within a factor of two.`,
    head,
    rows: fifths(ratios).map((some) => {
      const first = some[0]?.said ?? 0;
      const last = some.at(-1)?.said ?? first;
      return [
        `${formatDuration(first)} to ${formatDuration(last)}`,
        formatCount(some.length),
        formatDuration(median(some.map(({ took }) => took))),
        share(near(some)),
      ];
    }),
  };
}

/** @see LearningView.coverage */
export function coverageWords(coverage: Series, zone?: string): ChartWords {
  const now = coverage.value.at(-1);
  const low = Math.min(...coverage.value);
  return {
    sentence:
      now === undefined
        ? 'No interval was tried yet.'
        : `${share(now)} of the latest tasks ended within their interval; 95${NBSP}% is the aim${
            low < now && low < COVERAGE_AIM ? `, and ${share(low)} was the worst` : ''
          }.`,
    head: ['When', 'Within the interval'],
    rows: sampled(coverage.at.length).map((i) => [when(coverage.at[i], zone), share(coverage.value[i])]),
  };
}

/** @see LearningView.error */
export function errorWords({ learned, baseline }: LearningView['error'], zone?: string): ChartWords {
  const own = learned.value.at(-1);
  const simple = baseline.value.at(-1);
  return {
    sentence:
      own === undefined || simple === undefined
        ? 'No prediction was compared yet.'
        : `Half of the latest predictions were less than ${share(own)} off; with the simple rule ${share(simple)}.`,
    head: ['When', 'Learned', 'Simple rule'],
    rows: sampled(learned.at.length).map((i) => [
      when(learned.at[i], zone),
      share(learned.value[i]),
      share(baseline.value[baseline.at.findIndex((at) => at >= (learned.at[i] ?? 0))] ?? simple),
    ]),
  };
}

/** @see LearningView.reliability */
export function reliabilityWords(groups: LearningView['reliability']): ChartWords {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const mean = (of: 'predicted' | 'observed') =>
    groups.reduce((sum, group) => sum + group[of] * group.count, 0) / Math.max(1, count);
  const gap =
    groups.reduce((sum, group) => sum + Math.abs(group.predicted - group.observed) * group.count, 0) /
    Math.max(1, count);
  return {
    sentence:
      count === 0
        ? 'No departure was predicted yet.'
        : `Of ${plural(count, 'case')}, ${share(mean('observed'))} left within the minute; ${share(mean('predicted'))} was predicted, and groups are ${(gap * 100).toFixed(1)} points off on average.`,
    head: ['Predicted', 'Came true', 'Cases'],
    rows: groups.map((group) => [share(group.predicted), share(group.observed), formatCount(group.count)]),
  };
}

/** @see LearningView.reward */
export function rewardWords({ raw, shaped }: LearningView['reward'], zone?: string): ChartWords {
  const [lastRaw, lastShaped] = [raw.value.at(-1), shaped.value.at(-1)];
  return {
    sentence:
      lastRaw === undefined || lastShaped === undefined
        ? 'No period was rewarded yet.'
        : `Last period: ${signed(lastRaw)} raw, ${signed(lastShaped)} shaped. Raw blames it for every slow machine; shaped, which it learns from, only for what it could do better.`,
    head: ['When', 'Raw', 'Shaped'],
    rows: sampled(raw.at.length).map((i) => [
      when(raw.at[i], zone),
      signed(raw.value[i]),
      signed(shaped.value[shaped.at.findIndex((at) => at >= (raw.at[i] ?? 0))] ?? lastShaped),
    ]),
  };
}

/** A moment on an axis or in a table: the time of day. */
export function timeText(at: number, zone?: string, seconds = false): string {
  return new Intl.DateTimeFormat('en', {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds && { second: '2-digit' }),
    hourCycle: 'h23',
    ...inZone(zone),
  }).format(at);
}

/** Day and month. */
export function dayText(at: number, zone?: string): string {
  return new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', ...inZone(zone) }).format(at);
}

const inZone = (zone: string | undefined) => (zone === undefined ? {} : { timeZone: zone });

function when(at: number | undefined, zone: string | undefined): string {
  return at === undefined ? '' : `${dayText(at, zone)}, ${timeText(at, zone)}`;
}

/** A space at which no line is broken. */
const NBSP = '\u00a0';

/** Whole per cent, one decimal under ten where it has one. */
function share(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const percent = value * 100;
  return `${Number(percent.toFixed(percent < 9.95 ? 1 : 0))}${NBSP}%`;
}

/** With a true minus. */
function signed(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const size = formatCount(Math.abs(value) >= 100 ? Math.round(Math.abs(value)) : 0);
  const text = Math.abs(value) >= 100 ? size : String(Number(Math.abs(value).toFixed(1)));
  return value < 0 && text !== '0' ? `−${text}` : text;
}

/** Indices spread evenly over a list, the newest first and always among them. */
function sampled(length: number): readonly number[] {
  const count = Math.min(length, MOST_ROWS);
  return Array.from({ length: count }, (_, i) =>
    count === 1 ? length - 1 : Math.round(((count - 1 - i) / (count - 1)) * (length - 1)),
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Five groups of equal size (fewer of few), by what was said. */
function fifths<T extends { readonly said: number }>(values: readonly T[]): readonly (readonly T[])[] {
  const sorted = [...values].sort((a, b) => a.said - b.said);
  const groups = Math.min(5, sorted.length);
  return Array.from({ length: groups }, (_, i) =>
    sorted.slice(Math.floor((i * sorted.length) / groups), Math.floor(((i + 1) * sorted.length) / groups)),
  );
}
