import { createPlainOracle } from '@tabgrid/scheduler/oracle';
import * as v from 'valibot';
import type { Asked, Ended } from './stream.js';
import { createWatch, Sight } from './watch.js';

/** A run of real tabs, as `record-tiles.ts` wrote it. */

const Line = v.pipe(v.string(), v.parseJson(), Sight);

/** Reads a line an event. @throws ValiError for any other form */
export function readRecording(text: string): readonly Sight[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => v.parse(Line, line));
}

/** As the coordinator assumes it of software adapters and others before the first result. */
const PRIOR = { software: 500_000, hardware: 20_000_000 } as const;

/** @param from what came of attempts assigned before this event is seen, but not told */
export function* recordedStream(sights: readonly Sight[], from = 0): Generator<Asked | Ended> {
  const oracle = createPlainOracle(({ capabilities }) => (capabilities.software ? PRIOR.software : PRIOR.hardware));
  const see = createWatch(oracle, { wallAtZero: 0, timeZoneMinutes: 0, usualLoad: () => null });
  for (const [i, sight] of sights.entries()) {
    const happened = see(sight);
    if (i >= from) yield* happened;
  }
}
