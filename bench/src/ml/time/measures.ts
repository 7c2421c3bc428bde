import { median } from '../../result.js';
import type { Row } from './prequential.js';

/** Measures of predictions; what is relative is a share of the observed time. */

export type Centre = (row: Row) => number;
export type Bounds = (row: Row) => readonly [low: number, high: number];

export const mdape = (rows: readonly Row[], centre: Centre) =>
  median(rows.map((row) => Math.abs(centre(row) - row.ms) / row.ms));

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

export const maeLog = (rows: readonly Row[], centre: Centre) =>
  mean(rows.map((row) => Math.abs(Math.log(centre(row) / row.ms))));

export const coverage = (rows: readonly Row[], bounds: Bounds) =>
  mean(
    rows.map((row) => {
      const [low, high] = bounds(row);
      return row.ms >= low && row.ms <= high ? 1 : 0;
    }),
  );

/** Mean width in log time. */
export const widthLog = (rows: readonly Row[], bounds: Bounds) =>
  mean(
    rows.map((row) => {
      const [low, high] = bounds(row);
      return Math.log(high / low);
    }),
  );

/** Interval score at 95 % (Winkler 1972; Gneiting and Raftery 2007): width and 40 times the distance of a miss. @param of a time's place */
export const winkler = (rows: readonly Row[], bounds: Bounds, of: (ms: number) => number = Math.log) =>
  mean(
    rows.map((row) => {
      const [low, high] = bounds(row).map(of);
      if (low === undefined || high === undefined) return Number.NaN;
      const x = of(row.ms);
      return high - low + 40 * (Math.max(0, low - x) + Math.max(0, x - high));
    }),
  );

export interface Slice {
  readonly name: string;
  readonly rows: readonly Row[];
}

const LEAST_ROWS = 500;
const AGES = [
  ['up to 1 min', 60_000],
  ['1 to 5 min', 300_000],
  ['5 to 30 min', 1_800_000],
  ['over 30 min', Number.POSITIVE_INFINITY],
] as const;

/** By kernel, by the session's age, and newcomers, those with 500 outcomes and more. */
export function slicesOf(rows: readonly Row[]): readonly Slice[] {
  const slices = new Map<string, Row[]>();
  const put = (name: string, row: Row) => {
    const slice = slices.get(name);
    if (slice) slice.push(row);
    else slices.set(name, [row]);
  };
  for (const row of rows) {
    const { kernel, ageMs, results, scene } = row.asked;
    if (scene !== null) put(`scene ${scene}`, row);
    put(`kernel ${kernel}`, row);
    put(`session ${AGES.find(([, end]) => ageMs < end)?.[0] ?? ''}`, row);
    put(results < 10 ? 'newcomers (under 10 results)' : 'others', row);
  }
  return [...slices].map(([name, found]) => ({ name, rows: found })).filter((slice) => slice.rows.length >= LEAST_ROWS);
}
