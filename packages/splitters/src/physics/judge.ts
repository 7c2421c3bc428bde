import type { WorldHeader } from '@tabgrid/webgpu-kernels/physics/state';
import { MOST_HALVINGS } from '@tabgrid/webgpu-kernels/physics/task';
import { mostGained } from './energy.js';
import { type Given, type Momentum, momentumDrift, pullOf } from './ledger.js';
import type { RegionTask, Round } from './planner.js';

/** Whether a window's results belong together. Pure. */
export type WindowVerdict =
  /** Pairs of regions that saw different things all the same, and momentum from nowhere: neither, where the owner's word counts. */
  | { readonly kind: 'right'; readonly apart: number; readonly drift: Momentum }
  /** From this frame of the window on, substeps were too long: so some regions say. */
  | { readonly kind: 'coarse'; readonly frame: number; readonly by: readonly RegionTask[] }
  /** Something was faster than assumed, as some regions say: the usual step to assume. */
  | { readonly kind: 'fast'; readonly speed: number; readonly by: readonly RegionTask[] }
  /** Regions that saw different things, which margins that may be too small explain: those to widen. */
  | { readonly kind: 'apart'; readonly pairs: readonly Pair[] }
  /** Different things that nothing explains. */
  | { readonly kind: 'doubtful'; readonly reason: string };

/** @param tolerant whether states that differ are averaged: regions that saw different things do then not send a window back */
export function judge(world: WorldHeader, round: Round, tolerant: boolean): WindowVerdict {
  const { regions, halvings, narrow } = round;
  const fastest = Math.max(...regions.map(({ heard }) => heard?.fastest ?? 0));
  const tooFast = regions.filter(({ heard, params }) => (heard?.fastest ?? 0) > params.fastest);
  // Who has the whole world misses nothing. Of what was too fast for its hop both what is seen and the ledger may be wrong.
  if (tooFast.length > 0 && regions.some(({ params }) => params.bodies < world.bodies)) {
    return { kind: 'fast', speed: Math.ceil(1.5 * fastest * 2 ** halvings), by: tooFast };
  }
  const apart = disagreements(regions);
  const drift = driftOf(world, round);
  const drifted = drift.some((part) => part !== 0);
  // A contact that one side alone sees: in a window's last substep the ledger alone knows of it.
  if (narrow.length > 0 && (apart.length > 0 || drifted)) return { kind: 'apart', pairs: tooNarrow(narrow, apart) };
  // What two sides saw differently may have cost momentum, which the mean gives back; without such bodies nothing explains it.
  if (drifted && !(tolerant && sharedMassOf(round) > 0))
    return { kind: 'doubtful', reason: 'momentum came from nowhere' };
  const keys = keysOf(apart);
  if (!regions.every((one) => endsAsSaid(one, regions, tolerant ? keys : NONE))) {
    return { kind: 'doubtful', reason: 'states came back that are not those which were hashed' };
  }
  if (apart.length > 0 && !tolerant) return { kind: 'doubtful', reason: 'neighbours saw different things' };
  const frame = coarseFrame(regions);
  return frame !== null && halvings < MOST_HALVINGS
    ? { kind: 'coarse', frame, by: regions.filter(({ heard }) => (heard?.coarse[frame] ?? 0) > 0) }
    : { kind: 'right', apart: apart.length, drift };
}

/**
 * Whether more energy came from nowhere than pushing overlaps out explains; or, where states are averaged, whether giving bodies back
 * the momentum that their regions do not agree about is worth as much.
 */
export function isTooHot(world: WorldHeader, round: Round, drift: Momentum): boolean {
  const { regions, substeps } = round;
  const sum = (of: 'kinetic' | 'energyGained') => regions.reduce((all, { heard }) => all + (heard?.[of] ?? 0), 0);
  const most = mostGained(world, sum('kinetic'), substeps);
  const square = drift.reduce((all, part) => all + part * part, 0);
  return sum('energyGained') > most || (square > 0 && square / (2 * sharedMassOf(round)) > most);
}

const sharedMassOf = ({ regions }: Round): number =>
  regions.reduce((sum, { heard }) => sum + (heard?.sharedMass ?? 0), 0);

/** What a window's bodies got from outside, by what the regions say. */
export function givenIn(world: WorldHeader, { regions, substeps, halvings }: Round): Given {
  return {
    pull: pullOf(world, halvings),
    substeps: substeps * 2 ** halvings,
    around: regions.flatMap(({ heard }) => (heard ? [heard.around] : [])),
  };
}

function driftOf(world: WorldHeader, round: Round): Momentum {
  const { regions } = round;
  const zero: Momentum = [0, 0, 0];
  const gained = regions.map(({ heard }) => heard?.gained ?? zero);
  const sum = (axis: 0 | 1 | 2) => gained.reduce((all, one) => all + one[axis], 0);
  return momentumDrift(zero, [sum(0), sum(1), sum(2)], givenIn(world, round));
}

function coarseFrame(regions: readonly RegionTask[]): number | null {
  const frames = regions
    .map(({ heard }) => heard?.coarse.findIndex((count) => count > 0) ?? -1)
    .filter((at) => at >= 0);
  return frames.length > 0 ? Math.min(...frames) : null;
}

type Pair = readonly [number, number];

const NONE: ReadonlySet<string> = new Set();
const keysOf = (pairs: readonly Pair[]): ReadonlySet<string> =>
  new Set(pairs.map(([one, other]) => pairKey(one, other)));

/** Which margins to widen: between those that disagree, else around them, where something from a third region came in between. */
function tooNarrow(narrow: readonly Pair[], apart: readonly Pair[]): readonly Pair[] {
  const keys = keysOf(apart);
  const these = narrow.filter(([one, other]) => keys.has(pairKey(one, other)));
  if (these.length > 0) return these;
  const regions = new Set(apart.flat());
  const around = narrow.filter((pair) => pair.some((region) => regions.has(region)));
  return around.length > 0 ? around : narrow;
}

/** Pairs of regions whose hashes of what both have differ. */
function disagreements(regions: readonly RegionTask[]): readonly Pair[] {
  const byRegion = new Map(regions.map((one) => [one.region, one]));
  return regions.flatMap((one) =>
    one.neighbours.flatMap((other): Pair[] => {
      const there = byRegion.get(other);
      if (other < one.region || !there) return [];
      return sameSeen(one, there) ? [] : [[one.region, other]];
    }),
  );
}

function sameSeen(one: RegionTask, other: RegionTask): boolean {
  const [here, there] = [one.neighbours.indexOf(other.region), other.neighbours.indexOf(one.region)];
  if (here < 0 || there < 0) return false;
  for (let substep = 0; substep < one.params.substeps; substep++) {
    for (let word = 0; word < 2; word++) {
      const at = (task: RegionTask, slot: number) =>
        task.heard?.hashes[2 * (substep * task.neighbours.length + slot) + word];
      if (at(one, here) !== at(other, there)) return false;
    }
  }
  return true;
}

/** Whether what came back of both sides is what a region said of the last substep. @param but of pairs that saw different things */
function endsAsSaid(one: RegionTask, regions: readonly RegionTask[], but: ReadonlySet<string>): boolean {
  return one.neighbours.every((other, slot) => {
    if (but.has(pairKey(one.region, other))) return true;
    const there = regions.find(({ region }) => region === other);
    const back = there?.neighbours.indexOf(one.region) ?? -1;
    const last = 2 * ((one.params.substeps - 1) * one.neighbours.length + slot);
    return [0, 1].every((word) => {
      const sum = (one.heard?.finals[2 * slot + word] ?? 0) + (there?.heard?.finals[2 * back + word] ?? 0);
      return (sum | 0) === one.heard?.hashes[last + word];
    });
  });
}

export const pairKey = (one: number, other: number): string => `${Math.min(one, other)} ${Math.max(one, other)}`;
