import type { Millis } from '@tabgrid/protocol/ids';

/** Functions of time that are constant between steps: how fast a machine is, when a tab is hidden. */

export interface Span {
  readonly from: Millis;
  readonly until: Millis;
}

export interface Steps {
  /** Ascending; the first is where the function begins, and holds before as well. */
  readonly at: readonly Millis[];
  /** As many as `at`, each until the next; the last for ever. At least one. */
  readonly value: readonly number[];
}

export function constant(value: number): Steps {
  return { at: [0], value: [value] };
}

/** `inside` within the spans (ascending, apart), 1 outside. */
export function during(spans: readonly Span[], inside: number): Steps {
  const at: Millis[] = [Number.NEGATIVE_INFINITY];
  const value = [1];
  for (const { from, until } of spans) {
    at.push(from, until);
    value.push(inside, 1);
  }
  return { at, value };
}

/** The product of two step functions. */
export function times(a: Steps, b: Steps): Steps {
  const at = [...new Set([...a.at, ...b.at])].sort((x, y) => x - y);
  return { at, value: at.map((time) => valueAt(a, time) * valueAt(b, time)) };
}

export function valueAt(steps: Steps, time: Millis): number {
  return steps.value[indexAt(steps, time)] ?? 0;
}

/** The last step at or before `time`; the first where there is none. */
function indexAt({ at }: Steps, time: Millis): number {
  let low = 0;
  let high = at.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((at[middle] ?? 0) <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The integral from `from` to `until`. */
export function between(steps: Steps, from: Millis, until: Millis): number {
  let sum = 0;
  let time = from;
  for (let i = indexAt(steps, from); time < until; i++) {
    const next = Math.min(until, steps.at[i + 1] ?? Number.POSITIVE_INFINITY);
    sum += (steps.value[i] ?? 0) * Math.max(0, next - time);
    time = Math.max(time, next);
  }
  return sum;
}

/** When the integral from `from` reaches `amount`; Infinity when it never does. */
export function reaches(steps: Steps, from: Millis, amount: number): Millis {
  let left = amount;
  let time = from;
  for (let i = indexAt(steps, from); ; i++) {
    const value = steps.value[i] ?? 0;
    const next = steps.at[i + 1] ?? Number.POSITIVE_INFINITY;
    if (value > 0 && left <= value * (next - time)) return time + left / value;
    if (next === Number.POSITIVE_INFINITY) return next;
    left -= value * Math.max(0, next - time);
    time = Math.max(time, next);
  }
}
