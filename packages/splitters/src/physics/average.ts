import {
  askedIndices,
  joined,
  PLACE,
  PLACE_WORDS,
  SHARED,
  type WorldHeader,
} from '@tabgrid/webgpu-kernels/physics/state';
import { energyOf } from './energy.js';
import { type Given, type Momentum, momentumDrift, momentumOf } from './ledger.js';
import { massOf, merged, placeIn, type Returned, type Standing, standingOf } from './standing.js';

/**
 * The world after a window whose margins were too small for regions to see the same: a body that several regions simulated stands where they
 * say in the mean, and moves and turns so too. What that takes from the world's momentum or adds to it is given back to these bodies, each by
 * its mass, to the last bit; and they may not have more energy together than their owners say, unless momentum itself asks for it: their
 * movement relative to their common centre is slowed down until that holds. Contacts are the owner's. Where regions agree, nothing
 * is changed.
 *
 * @param given what the window gave the world's bodies from outside
 * @throws RangeError unless each body has one owner
 */
export function averaged(before: Standing, returned: readonly Returned[], given: Given): Standing {
  const owners = merged(before, returned);
  const { world } = before;
  const copies = copiesOf(owners, returned);
  const ids = Int32Array.from(copies.keys()).sort();
  if (ids.length === 0) return owners;
  const means = joined([...ids].map((id) => meanPlace([placeIn(owners, id), ...(copies.get(id) ?? [])])));
  const theirs = joined([...ids].map((id) => placeIn(owners, id)));
  const drift = momentumDrift(momentumOf(before), momentumOf(owners), given);
  const now = momentumOf({ places: theirs });
  const total: Momentum = [now[0] - drift[0], now[1] - drift[1], now[2] - drift[2]];
  const shared = calmed(world, ids, { means, total, most: energyIn(world, theirs, ids) });
  const places = owners.places.slice();
  ids.forEach((id, i) => {
    places.set(shared.subarray(PLACE_WORDS * i, PLACE_WORDS * (i + 1)), PLACE_WORDS * id);
  });
  return standingOf(world, { places, contacts: owners.contacts });
}

/** What others than its owner say of each body, where that is something else. */
function copiesOf(owners: Standing, returned: readonly Returned[]): ReadonlyMap<number, readonly Int32Array[]> {
  const copies = new Map<number, Int32Array[]>();
  const apart = new Set<number>();
  for (const { part, result } of returned) {
    askedIndices(part).forEach((index, i) => {
      if (part.owned[index] !== SHARED) return;
      const id = part.ids[index] ?? 0;
      const copy = placeIn(result, i);
      const list = copies.get(id);
      if (list) list.push(copy);
      else copies.set(id, [copy]);
      const own = placeIn(owners, id);
      if (MEANT.some((k) => own[k] !== copy[k])) apart.add(id);
    });
  }
  return new Map([...copies].filter(([id]) => apart.has(id)));
}

const words = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, k) => from + k);
const LINEAR = [...words(PLACE.position, 3), ...words(PLACE.momentum, 3), ...words(PLACE.spin, 3)];
const TURN = words(PLACE.rotation, 4);
/** Words of which the mean is taken. */
const MEANT = [...LINEAR, ...TURN];
const UNIT = 2 ** 30;

/** @param places the owner's first */
function meanPlace(places: readonly Int32Array[]): Int32Array {
  const [own = new Int32Array(PLACE_WORDS)] = places;
  const mean = own.slice();
  for (const k of LINEAR) {
    mean[k] = Math.round(places.reduce((sum, place) => sum + (place[k] ?? 0), 0) / places.length);
  }
  // A quaternion and its negative turn alike.
  const signs = places.map((place) => (TURN.reduce((sum, k) => sum + (place[k] ?? 0) * (own[k] ?? 0), 0) < 0 ? -1 : 1));
  const turn = TURN.map((k) => places.reduce((sum, place, i) => sum + (signs[i] ?? 1) * (place[k] ?? 0), 0));
  const length = Math.hypot(...turn);
  TURN.forEach((k, axis) => {
    mean[k] = length > 0 ? Math.round(((turn[axis] ?? 0) / length) * UNIT) : (own[k] ?? 0);
  });
  return mean;
}

/** How finely it is looked for how much movement is left. */
const STEPS = 256;

/** Bodies at their mean places with exactly this momentum together, and no more energy than that if it can be. */
function calmed(
  world: WorldHeader,
  ids: Int32Array,
  it: { readonly means: Int32Array<ArrayBuffer>; readonly total: Momentum; readonly most: number },
): Int32Array<ArrayBuffer> {
  const at = (share: number) => moving(world, ids, it.means, it.total, share / STEPS);
  const whole = at(STEPS);
  if (energyIn(world, whole, ids) <= it.most) return whole;
  let [low, high] = [0, STEPS];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (energyIn(world, at(middle), ids) <= it.most) low = middle;
    else high = middle;
  }
  return at(low);
}

/** @param share of the movement relative to the common centre, and of the turning, that is left */
function moving(
  world: WorldHeader,
  ids: Int32Array,
  means: Int32Array<ArrayBuffer>,
  total: Momentum,
  share: number,
): Int32Array<ArrayBuffer> {
  const places = means.slice();
  const masses = Array.from(ids, (id) => massOf(world, id));
  const all = masses.reduce((sum, mass) => sum + mass, 0);
  const had = momentumOf({ places: means });
  for (const axis of [0, 1, 2] as const) {
    const word = (i: number) => PLACE_WORDS * i + PLACE.momentum + axis;
    const wanted = masses.map((mass, i) => {
      const relative = (means[word(i)] ?? 0) - (had[axis] * mass) / all;
      return (total[axis] * mass) / all + share * relative;
    });
    wholeNumbers(wanted, total[axis]).forEach((momentum, i) => {
      places[word(i)] = momentum;
    });
    for (let i = 0; i < ids.length; i++) {
      const spin = PLACE_WORDS * i + PLACE.spin + axis;
      places[spin] = Math.trunc(share * (means[spin] ?? 0));
    }
  }
  return places;
}

/** The nearest whole numbers below, and one more for as many of the first as their sum lacks: it is this exactly. */
function wholeNumbers(wanted: readonly number[], sum: number): readonly number[] {
  const below = wanted.map(Math.floor);
  const lacks = sum - below.reduce((all, one) => all + one, 0);
  const [each, more] = [Math.floor(lacks / below.length), ((lacks % below.length) + below.length) % below.length];
  return below.map((one, i) => one + each + (i < more ? 1 : 0));
}

function energyIn(world: WorldHeader, places: Int32Array<ArrayBuffer>, ids: Int32Array): number {
  const { kinetic, potential } = energyOf(world, { places }, ids);
  return kinetic + potential;
}
