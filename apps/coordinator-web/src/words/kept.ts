import type { KeptSimulation } from '@tabgrid/coordinator/simulation/api';
import { formatCount, percentOf, plural } from './format.js';
import { shareDone } from './simulation.js';

/** What an earlier page left, in words. Pure. */

/** Whether it was cut off in the middle; else it was over. */
export function wasCutOff(kept: Pick<KeptSimulation, 'state'> | null): boolean {
  return kept?.state === 'running' || kept?.state === 'paused';
}

/** @param renders that were cut off */
export function cutOffWords(renders: number, simulation: boolean): { readonly head: string; readonly text: string } {
  const some = renders > 1 ? `${renders} renders` : 'A render';
  const several = renders > 1 || (renders > 0 && simulation);
  const what = !simulation ? some : renders > 0 ? `${some} and a simulation` : 'A simulation';
  const same = !simulation
    ? 'the picture comes out the same'
    : renders > 0
      ? 'what comes out is the same'
      : 'the world ends the same';
  return {
    head: `${what} ${several ? 'were' : 'was'} cut off`,
    text: `The page was closed or reloaded in the middle. What was done is kept in this browser, and ${same}.`,
  };
}

/** How far it came. */
export function keptFacts(kept: Pick<KeptSimulation, 'state' | 'bodies' | 'frames' | 'framesDone'>): string {
  const { bodies, frames, framesDone } = kept;
  const world = plural(bodies, 'body', 'bodies');
  const of = framesDone < frames ? `${formatCount(framesDone)} of ${plural(frames, 'frame')}` : plural(frames, 'frame');
  return wasCutOff(kept) ? `${percentOf(shareDone(kept))} % done · ${world}, ${of}` : `${world}, ${of}`;
}
