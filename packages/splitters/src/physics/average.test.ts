import { GHOST, joined, OWN, type PartResult, PLACE, PLACE_WORDS, SHARED } from '@tabgrid/webgpu-kernels/physics/state';
import type { Triple } from '@tabgrid/webgpu-kernels/physics/world';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averaged } from './average.js';
import { energyOf } from './energy.js';
import { ballsAt } from './fixture.js';
import { type Given, momentumDrift, momentumOf } from './ledger.js';
import { massOf, merged, placeIn, type Returned, type Standing } from './standing.js';

const UNIT = 2 ** 30;
const NOTHING: Given = { pull: [0, 0, 0], substeps: 1, around: [] };
/** Four balls in a row: the first region's two, then the second's; each tells of the other's next one, too. */
const start = ballsAt([0, 0.2, 0.4, 0.6].map((x): Triple => [x, 0, 0]));

interface Told {
  readonly position?: Triple;
  readonly momentum?: Triple;
  readonly spin?: Triple;
  readonly rotation?: readonly [number, number, number, number];
}

function place(body: number, told: Told): Int32Array {
  const words = placeIn(start, body).slice();
  if (told.position) words.set(told.position, PLACE.position);
  if (told.momentum) words.set(told.momentum, PLACE.momentum);
  if (told.spin) words.set(told.spin, PLACE.spin);
  if (told.rotation) words.set(told.rotation, PLACE.rotation);
  return words;
}

const resultOf = (places: readonly Int32Array[]): PartResult => {
  const nothing = new Int32Array(0);
  const told = {
    fastest: 0,
    around: [0, 0, 0],
    coarse: nothing,
    hashes: nothing,
    poses: nothing,
    seen: nothing,
  } as const;
  return { ...told, places: joined(places), contacts: nothing };
};

/** @param left what the first region says of bodies 0, 1 and 2 @param right the second of 1, 2 and 3 */
const returnedOf = (left: readonly [Told, Told, Told], right: readonly [Told, Told, Told]): readonly Returned[] => [
  {
    part: { ids: Int32Array.of(0, 1, 2, 3), owned: Uint8Array.of(OWN, OWN, SHARED, GHOST) },
    result: resultOf(left.map((told, i) => place(i, told))),
  },
  {
    part: { ids: Int32Array.of(0, 1, 2, 3), owned: Uint8Array.of(GHOST, SHARED, OWN, OWN) },
    result: resultOf(right.map((told, i) => place(i + 1, told))),
  },
];

const word = ({ places }: Standing, body: number, at: number): Triple =>
  [0, 1, 2].map((axis) => places[PLACE_WORDS * body + at + axis] ?? 0) as unknown as Triple;

const total = (standing: Standing): number => {
  const { kinetic, potential } = energyOf(standing.world, standing, null);
  return kinetic + potential;
};

describe('the mean of what two regions say', () => {
  it('is what both say where they agree', () => {
    const told: Told = { position: [7, 8, 9], momentum: [5, -3, 1] };
    const returned = returnedOf([{ momentum: [1, 0, 0] }, told, told], [told, told, { momentum: [0, 1, 0] }]);
    // Whatever the ledger says: there is nobody to give momentum to.
    const given = { ...NOTHING, around: [[100, 0, 0] as const] };
    expect(averaged(start, returned, given)).toEqual(merged(start, returned));
  });

  it('stands in the middle, and turns the shorter way', () => {
    const [s, c] = [Math.sin(0.1), Math.cos(0.1)].map((x) => Math.round(UNIT * x)) as [number, number];
    const returned = returnedOf(
      [{}, { position: [100, 0, 0], rotation: [s, 0, 0, c] }, {}],
      [{ position: [301, 2, 0], rotation: [s, 0, 0, -c] }, {}, {}],
    );
    const after = averaged(start, returned, NOTHING);
    expect(word(after, 1, PLACE.position)).toEqual([201, 1, 0]);
    // Of +0.2 and −0.2 rad about x: none.
    expect(word(after, 1, PLACE.rotation).map((x) => x + 0)).toEqual([0, 0, 0]);
    expect(after.places[PLACE_WORDS + PLACE.rotation + 3]).toBe(UNIT);
    expect(word(after, 0, PLACE.position)).toEqual(word(start, 0, PLACE.position));
  });

  it('gives back what the two sides do not agree about', () => {
    // Body 1 was pushed left by 100 by its owner's account, body 2 right by 60 by its own.
    const returned = returnedOf(
      [{}, { momentum: [-100, 0, 0] }, { momentum: [100, 0, 0] }],
      [{ momentum: [-60, 0, 0] }, { momentum: [60, 0, 0] }, {}],
    );
    expect(momentumOf(merged(start, returned))).toEqual([-40, 0, 0]);
    const after = averaged(start, returned, NOTHING);
    expect([word(after, 1, PLACE.momentum), word(after, 2, PLACE.momentum)]).toEqual([
      [-80, 0, 0],
      [80, 0, 0],
    ]);
  });

  const most = 2 ** 24;
  const triple = fc.tuple(
    fc.integer({ min: -most, max: most }),
    fc.integer({ min: -most, max: most }),
    fc.integer({ min: -most, max: most }),
  );
  const told = fc.record({ position: triple, momentum: triple, spin: triple });

  it('has the momentum that there was, with what came from outside, and no more energy than the owners say', () => {
    let calmed = 0;
    fc.assert(
      fc.property(fc.tuple(told, told, told), fc.tuple(told, told, told), triple, (left, right, around) => {
        const returned = returnedOf(left, right);
        const given = { ...NOTHING, around: [around] };
        const owners = merged(start, returned);
        const after = averaged(start, returned, given);
        expect(momentumDrift(momentumOf(start), momentumOf(after), given).map(Math.abs)).toEqual([0, 0, 0]);
        // What the two bodies that are shared have to have together, if they move as one.
        const outer = [0, 3].map((body) => word(after, body, PLACE.momentum));
        const inner = around.map((all, axis) => all - outer.reduce((sum, one) => sum + (one[axis] ?? 0), 0));
        const least = inner.reduce((sum, one) => sum + one * one, 0) / (2 * 2 * massOf(start.world, 1));
        const outerEnergy = outer.flat().reduce((sum, one) => sum + one * one, 0) / (2 * massOf(start.world, 0));
        const spins = [0, 3].reduce((sum, body) => sum + spinEnergy(owners, body), 0);
        const cap = Math.max(total(owners), least + outerEnergy + spins);
        // Momenta are whole numbers: a unit each is what rounding may add.
        expect(total(after)).toBeLessThanOrEqual(cap * (1 + 1e-6) + 10);
        if (total(after) < total(owners)) calmed++;
      }),
      { numRuns: 200 },
    );
    expect(calmed).toBeGreaterThan(0);
  });
});

/** Of its turning alone. */
function spinEnergy(standing: Standing, body: number): number {
  const words = placeIn(standing, body).slice();
  words.fill(0, PLACE.momentum, PLACE.momentum + 3);
  return energyOf(standing.world, { places: words }, Int32Array.of(body)).kinetic;
}
