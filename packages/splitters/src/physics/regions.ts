import { CONTACT_WORDS, PLANE_ID } from '@tabgrid/webgpu-kernels/physics/state';
import { contactsOf, positionOf, type Standing } from './standing.js';

/**
 * Regions: a world cut in two by planes at right angles to the axes, again and again, so that the parts cost in the proportions asked
 * for (weighted recursive bisection). A body belongs to the region that its centre is in; boxes are half-open. Who owns a body
 * changes nothing about what becomes of it.
 */
export type Cut = { readonly axis: 0 | 1 | 2; readonly at: number; readonly low: Cut; readonly high: Cut } | number;

/** A cut may move by this share of the cost, to part fewer bodies that touch. */
const SLACK = 0.08;

/**
 * @param costs of each body
 * @param weights of the regions, in order: what share of the cost each is to have
 */
export function cutWorld(standing: Standing, costs: Float64Array, weights: readonly number[]): Cut {
  const bodies = Int32Array.from({ length: standing.world.bodies }, (_, i) => i);
  const ranks = new Int32Array(bodies.length);
  let next = 0;
  const cut = (subset: Int32Array, shares: readonly number[]): Cut => {
    if (shares.length === 1) return next++;
    const axis = longestAxis(standing, subset);
    const sorted = subset
      .slice()
      .sort((a, b) => positionOf(standing, a, axis) - positionOf(standing, b, axis) || a - b);
    const half = shares.length >> 1;
    const sum = (list: readonly number[]) => list.reduce((total, share) => total + share, 0);
    const split = whereToCut(standing, sorted, ranks, { axis, costs, share: sum(shares.slice(0, half)) / sum(shares) });
    const [before = 0, after = 0] = [sorted[split - 1], sorted[split]].map((body) =>
      body === undefined ? 0 : positionOf(standing, body, axis),
    );
    // Those at the very place of the cut are above it.
    const at = Math.max(before + 1, Math.ceil((before + after) / 2));
    const low = cut(
      sorted.filter((body) => positionOf(standing, body, axis) < at),
      shares.slice(0, half),
    );
    const high = cut(
      sorted.filter((body) => positionOf(standing, body, axis) >= at),
      shares.slice(half),
    );
    return { axis, at, low, high };
  };
  return cut(bodies, weights);
}

function longestAxis(standing: Standing, bodies: Int32Array): 0 | 1 | 2 {
  const extents = ([0, 1, 2] as const).map((axis) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const body of bodies) {
      const x = positionOf(standing, body, axis);
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
    return { axis, extent: high - low };
  });
  return extents.reduce((best, one) => (one.extent > best.extent ? one : best)).axis;
}

/** Among places with nearly the share of the cost the one that parts the fewest bodies which touch. @returns bodies below it */
function whereToCut(
  standing: Standing,
  sorted: Int32Array,
  ranks: Int32Array,
  { costs, share }: { readonly axis: number; readonly costs: Float64Array; readonly share: number },
): number {
  const crossing = crossings(standing, sorted, ranks);
  let total = 0;
  for (const body of sorted) total += costs[body] ?? 0;
  let best = { split: 1, crossing: Number.POSITIVE_INFINITY, off: Number.POSITIVE_INFINITY };
  let below = 0;
  for (let split = 1; split < sorted.length; split++) {
    below += costs[sorted[split - 1] ?? 0] ?? 0;
    const off = Math.abs(below / total - share);
    const allowed = off <= SLACK;
    const one = { split, crossing: allowed ? (crossing[split] ?? 0) : Number.POSITIVE_INFINITY, off };
    if (one.crossing < best.crossing || (one.crossing === best.crossing && one.off < best.off)) best = one;
  }
  return best.split;
}

/** How many touching pairs lie on both sides of a cut before each place in the order. */
function crossings(standing: Standing, sorted: Int32Array, ranks: Int32Array): Int32Array {
  ranks.fill(-1);
  sorted.forEach((body, rank) => {
    ranks[body] = rank;
  });
  const change = new Int32Array(sorted.length + 1);
  for (const [rank, body] of sorted.entries()) {
    const contacts = contactsOf(standing, body);
    let before = -1;
    for (let at = 0; at < contacts.length; at += CONTACT_WORDS) {
      const other = contacts[at] ?? 0;
      if (other === before || other >>> 0 >= PLANE_ID) continue;
      before = other;
      const there = ranks[other] ?? -1;
      if (there < 0) continue;
      const [low, high] = [Math.min(rank, there), Math.max(rank, there)];
      change[low + 1] = (change[low + 1] ?? 0) + 1;
      change[high + 1] = (change[high + 1] ?? 0) - 1;
    }
  }
  let now = 0;
  return change.map((by) => {
    now += by;
    return now;
  });
}

export const regionCount = (cut: Cut): number =>
  typeof cut === 'number' ? 1 : regionCount(cut.low) + regionCount(cut.high);

/** A body that has crossed a bound by less than this stays with its owner, in units of position: 0.1 m. */
const HYSTERESIS = 104_858;

/** Whose each body is. @param before whose they were; null for a cut that is new */
export function ownersOf(standing: Standing, cut: Cut, before: Uint8Array | null): Uint8Array<ArrayBuffer> {
  const owners = new Uint8Array(standing.world.bodies);
  for (let body = 0; body < owners.length; body++) {
    const owner = before?.[body];
    owners[body] = owner !== undefined && staysIn(standing, cut, body, owner) ? owner : regionAt(standing, cut, body);
  }
  return owners;
}

function regionAt(standing: Standing, cut: Cut, body: number): number {
  let here = cut;
  while (typeof here !== 'number') here = positionOf(standing, body, here.axis) < here.at ? here.low : here.high;
  return here;
}

function staysIn(standing: Standing, cut: Cut, body: number, owner: number): boolean {
  if (typeof cut === 'number') return cut === owner;
  const x = positionOf(standing, body, cut.axis);
  return (
    (x < cut.at + HYSTERESIS && staysIn(standing, cut.low, body, owner)) ||
    (x >= cut.at - HYSTERESIS && staysIn(standing, cut.high, body, owner))
  );
}
