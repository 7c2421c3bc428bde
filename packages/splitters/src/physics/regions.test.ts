import { CONTACT_WORDS, LISTED_SHIFT, PLACE, PLACE_WORDS, sumListed } from '@tabgrid/webgpu-kernels/physics/state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ballsAt, squareOf } from './fixture.js';
import { partsOf } from './parts.js';
import { cutWorld, ownersOf, regionCount } from './regions.js';
import { positionOf, type Standing, standingOf } from './standing.js';

const METRE = 2 ** 20;
const counts = (owners: Uint8Array, regions: number) =>
  Array.from({ length: regions }, (_, region) => owners.filter((owner) => owner === region).length);

/** Contacts between these pairs, the lower id first. */
function touching(standing: Standing, pairs: readonly (readonly [number, number])[]): Standing {
  const places = standing.places.slice();
  const sorted = [...pairs].sort(([a, b], [c, d]) => a - c || b - d);
  for (const [low] of sorted) {
    const at = PLACE_WORDS * low + PLACE.contacts;
    places[at] = (places[at] ?? 0) + 2 ** LISTED_SHIFT;
  }
  const contacts = new Int32Array(CONTACT_WORDS * sorted.length);
  sorted.forEach(([, high], k) => {
    contacts[CONTACT_WORDS * k] = high;
  });
  return standingOf(standing.world, { places, contacts });
}

describe('regions', () => {
  it('have the shares of the cost that were asked for', () => {
    const standing = squareOf(20, 0.5);
    const even = new Float64Array(400).fill(1);
    const owners = ownersOf(standing, cutWorld(standing, even, [1, 1, 1, 1]), null);
    for (const count of counts(owners, 4)) expect(Math.abs(count - 100)).toBeLessThanOrEqual(10);
    const uneven = counts(ownersOf(standing, cutWorld(standing, even, [3, 1]), null), 2);
    expect(uneven[0]).toBeGreaterThanOrEqual(280);
    expect(uneven[0]).toBeLessThanOrEqual(320);
  });

  it('are many where the cost is', () => {
    const standing = squareOf(20, 0.5);
    const costs = Float64Array.from({ length: 400 }, (_, i) => (i % 20 < 10 ? 3 : 1));
    const owners = ownersOf(standing, cutWorld(standing, costs, [1, 1]), null);
    const cost = [0, 0];
    owners.forEach((owner, i) => {
      cost[owner] = (cost[owner] ?? 0) + (costs[i] ?? 0);
    });
    expect(Math.max(...cost) / Math.min(...cost)).toBeLessThan(1.35);
  });

  it('leave what touches together where the cost allows', () => {
    // A pair across the very middle.
    const row = ballsAt(Array.from({ length: 20 }, (_, i) => [i, 0, 0] as const));
    const touched = touching(row, [[9, 10]]);
    const even = new Float64Array(20).fill(1);
    const plain = ownersOf(row, cutWorld(row, even, [1, 1]), null);
    expect(plain[9]).not.toBe(plain[10]);
    const together = ownersOf(touched, cutWorld(touched, even, [1, 1]), null);
    expect(together[9]).toBe(together[10]);
  });

  it('own each body once, however bodies lie and however many regions there are', () => {
    const coordinate = fc.double({ min: -20, max: 20, noNaN: true });
    const place = fc.tuple(coordinate, coordinate, coordinate);
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (places, regions) => {
          const standing = ballsAt(places);
          const costs = new Float64Array(places.length).fill(1);
          const some = Math.min(regions, places.length);
          const cut = cutWorld(standing, costs, new Array<number>(some).fill(1));
          expect(regionCount(cut)).toBe(some);
          const owners = ownersOf(standing, cut, null);
          expect(Math.max(...owners)).toBeLessThan(some);
          const parts = partsOf(standing, owners, { substeps: 8, hop: METRE / 4, margin: () => 2 * METRE });
          const owned = parts.flatMap(({ part }) => [...part.ids].filter((_, i) => part.owned[i]));
          expect(owned.sort((a, b) => a - b)).toEqual(places.map((_, i) => i));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keep a body that has hardly crossed the bound, and give one away that has', () => {
    const row = (x: number) => ballsAt([0, 1, 2, x].map((at) => [at, 0, 0] as const));
    const cut = { axis: 0, at: 2.5 * METRE, low: 0, high: 1 } as const;
    const before = ownersOf(row(3), cut, null);
    expect([...before]).toEqual([0, 0, 0, 1]);
    expect(ownersOf(row(2.45), cut, before)[3]).toBe(1);
    expect(ownersOf(row(2.3), cut, before)[3]).toBe(0);
    expect(ownersOf(row(2.45), cut, null)[3]).toBe(0);
  });
});

describe('parts', () => {
  const standing = ballsAt(Array.from({ length: 12 }, (_, i) => [0.5 * i, 0, 0] as const));
  const owners = Uint8Array.from({ length: 12 }, (_, i) => (i < 6 ? 0 : 1));
  const window = { substeps: 4, hop: METRE / 2, margin: () => 1.2 * METRE };

  it('have their own bodies and those within the margin, by their ids', () => {
    const [left, right] = partsOf(standing, owners, window);
    expect([...(left?.part.ids ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...(left?.part.owned ?? [])]).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
    expect([...(right?.part.ids ?? [])]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(left?.ghosts).toBe(2);
    expect(sumListed(left?.part.places ?? new Int32Array())).toBe(0);
  });

  it('watch the same bodies on both sides, as long as an influence could cross', () => {
    const parts = partsOf(standing, owners, window);
    const told = parts.map(({ part, neighbours }) =>
      part.watches.map(({ body, neighbour, until }) => [part.ids[body], neighbours[neighbour], until]),
    );
    const seen = (k: number) => (told[k] ?? []).map(([id, , until]) => [id, until]);
    expect(seen(0)).toEqual(seen(1));
    // Half a metre from the other's bodies is one hop: until the last of four substeps; a metre: one less.
    expect(seen(0)).toEqual([
      [4, 3],
      [5, 4],
      [6, 4],
      [7, 3],
    ]);
    expect(positionOf(standing, 7, 0)).toBe(3.5 * METRE);
  });
});
