import type { Millis } from '@tabgrid/protocol/ids';
import type { Span } from './steps.js';

/** Sessions of real volunteers, read from the times at which their results arrived. */

export interface TraceSession extends Span {
  readonly volunteer: number;
  readonly results: number;
}

/** Results further apart belong to different sessions. */
export const SESSION_GAP_MS: Millis = 60_000;

/** A result, by when it arrived. */
export interface TraceResult {
  readonly ms: Millis;
  readonly volunteer: number;
}

/** The results as they stand there. @throws RangeError for a line that is no pair of numbers */
function* lines(csv: string): Generator<TraceResult> {
  for (const line of csv.split('\n').slice(1)) {
    if (line.trim() === '') continue;
    const [seconds = Number.NaN, volunteer = Number.NaN, ...more] = line.split(',').map(Number);
    if (!Number.isFinite(seconds) || !Number.isInteger(volunteer) || more.length > 0) {
      throw new RangeError(`not “seconds,volunteer”: ${line}`);
    }
    yield { ms: seconds * 1000, volunteer };
  }
}

/** The times of each volunteer's results, ascending. */
export type Results = ReadonlyMap<number, readonly Millis[]>;

/**
 * Reads `seconds,volunteer` lines, a result each, in any order, below a header.
 * @throws RangeError for a line that is no pair of numbers, and for a text without any
 */
export function parseResults(csv: string): Results {
  const times = new Map<number, Millis[]>();
  for (const { ms, volunteer } of lines(csv)) {
    const known = times.get(volunteer);
    if (known) known.push(ms);
    else times.set(volunteer, [ms]);
  }
  if (times.size === 0) throw new RangeError('a trace without results');
  for (const results of times.values()) results.sort((a, b) => a - b);
  return times;
}

/** The same results in the order of their arrival. */
export function inOrder(results: Results): readonly TraceResult[] {
  const all = [...results].flatMap(([volunteer, times]) => times.map((ms) => ({ ms, volunteer })));
  return all.sort((a, b) => a.ms - b.ms);
}

/**
 * Sessions of such results. One ends with its last result; one that holds a single result lasts as long as the median gap
 * between two results of one session.
 * @throws RangeError as `parseResults`
 */
export function parseTrace(csv: string): readonly TraceSession[] {
  const gaps: Millis[] = [];
  const sessions: TraceSession[] = [];
  for (const [volunteer, results] of parseResults(csv)) {
    let current = { volunteer, from: Number.NaN, until: Number.NEGATIVE_INFINITY, results: 0 };
    for (const at of results) {
      if (at - current.until <= SESSION_GAP_MS) {
        gaps.push(at - current.until);
        current.until = at;
        current.results++;
      } else {
        current = { volunteer, from: at, until: at, results: 1 };
        sessions.push(current);
      }
    }
  }
  gaps.sort((a, b) => a - b);
  const single = gaps[gaps.length >> 1] ?? SESSION_GAP_MS;
  return sessions
    .map((s) => (s.results === 1 ? { ...s, until: s.from + single } : s))
    .sort((a, b) => a.from - b.from || a.volunteer - b.volunteer);
}

/** The same sessions on a clock that stands still while nobody is there; it begins at 0. */
export function cutEmptySpans(sessions: readonly TraceSession[]): readonly TraceSession[] {
  let end = 0;
  let cut = sessions[0]?.from ?? 0;
  const moved: TraceSession[] = [];
  for (const s of [...sessions].sort((a, b) => a.from - b.from)) {
    if (s.from - cut > end) cut = s.from - end;
    moved.push({ ...s, from: s.from - cut, until: s.until - cut });
    end = Math.max(end, s.until - cut);
  }
  return moved;
}

/** When the last one of these ends. */
export function lengthOf(sessions: readonly TraceSession[]): Millis {
  return sessions.reduce((end, s) => Math.max(end, s.until), 0);
}
