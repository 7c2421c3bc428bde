import { createRandom } from '@tabgrid/scheduler/random';
import type { TraceSession } from '@tabgrid/simulator/trace';

/** When volunteers leave, as recorded ones did. */

/** After so many ms a place's volunteer is gone, and another one takes it. */
export interface Departure {
  readonly atMs: number;
  readonly place: number;
}

/**
 * Each place is filled by one recorded session after another, drawn with that seed: the first is met in its middle – so longer ones
 * more likely – and those that take its place begin when it ends. Visitors of a single result stay for no length of time and are left out.
 * @returns in the order of time, until `untilMs`
 */
export function departuresOf(
  sessions: readonly TraceSession[],
  { places, untilMs, seed }: { readonly places: number; readonly untilMs: number; readonly seed: number },
): readonly Departure[] {
  const random = createRandom(seed);
  const lengths = sessions.filter(({ results }) => results > 1).map(({ from, until }) => until - from);
  const all = lengths.reduce((sum, ms) => sum + ms, 0);
  // Sessions without length would follow one another for ever.
  if (all === 0) throw new RangeError('a trace in which nobody stays');
  const met = (): number => {
    let rest = random.next() * all;
    for (const ms of lengths) {
      if (rest < ms) return ms - rest;
      rest -= ms;
    }
    return 0;
  };
  const drawn = () => lengths[Math.floor(random.next() * lengths.length)] ?? 0;
  const found: Departure[] = [];
  for (let place = 0; place < places; place++) {
    for (let atMs = met(); atMs < untilMs; atMs += drawn()) found.push({ atMs, place });
  }
  return found.sort((a, b) => a.atMs - b.atMs);
}
