import { momentumOf } from '@tabgrid/splitters/physics/ledger';
import type { Standing } from '@tabgrid/splitters/physics/standing';
import type { Body, BodyShape, Triple, World } from '@tabgrid/webgpu-kernels/physics/world';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { block, GROUND, inRegions, launchedMomentum, STEP, worldOf } from './fixture.js';

/** Whatever the world: what becomes of it does not depend on how it is cut, and of what is conserved nothing is lost. */

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const triple = (most: number): fc.Arbitrary<Triple> =>
  fc.tuple(between(-most, most), between(-most, most), between(-most, most));

const sphere = between(0.08, 0.1).map((radius): BodyShape => ({ kind: 'sphere', radius }));
const box = fc
  .tuple(between(0.05, 0.09), between(0.05, 0.09), between(0.05, 0.09))
  .map((half): BodyShape => ({ kind: 'box', half }));

const surface = { friction: between(0, 1), restitution: between(0, 1) };
/** Masses over two orders. */
const thrown = (shape: fc.Arbitrary<BodyShape>) =>
  fc.record({
    ...{ shape, ...surface, off: triple(0.02), velocity: triple(3), spin: triple(4) },
    mass: between(-1, 1).map((power) => 10 ** power),
  });

/** Two by two by as many as there are, so close that they meet; and a gap that is wider than the ghosts' margin. */
const bodiesOf = (shape: fc.Arbitrary<BodyShape>): fc.Arbitrary<readonly Body[]> =>
  fc.array(thrown(shape), { minLength: 16, maxLength: 28, size: 'max' }).map((all) =>
    all.map(({ off, ...rest }, i): Body => {
      const [x, y, z] = [0.21 * (i >> 2) + (i < 12 ? 0 : 1.5), 0.12 + 0.21 * (i & 1), 0.21 * ((i >> 1) & 1)];
      return { ...rest, position: [x + off[0], y + off[1], z + off[2]], rotation: [0, 0, 0, 1] };
    }),
  );

const anyBodies = fc.oneof(bodiesOf(sphere), bodiesOf(box), bodiesOf(fc.oneof(sphere, box)));

/** Nothing comes in from outside. */
const closed = anyBodies.map((bodies) => worldOf({ bodies }));

const open: fc.Arbitrary<World> = fc
  .record({
    bodies: anyBodies,
    ground: fc.record(surface),
    walls: fc.subarray([-0.2, 4]),
    statics: fc.array(fc.record({ ...surface, at: between(0, 1.5) }), { maxLength: 1 }),
  })
  .map(({ bodies, ground, walls, statics }) => ({
    ...{ bodies, gravity: [0, -9.81, 0] },
    planes: [
      { ...GROUND, ...ground },
      ...walls.map((x) => ({ ...GROUND, ...ground, normal: [x < 0 ? 1 : -1, 0, 0] as const, offset: -Math.abs(x) })),
    ],
    statics: statics.map(({ at, ...rest }) => {
      const place = { position: [at, 0.02, 0.1] as const, rotation: [0, 0, 0, 1] as const };
      return { ...rest, ...place, half: [0.05, 0.02, 0.3] as const };
    }),
  }));

/** As many worlds each; fast-check names the seed of what fails, and makes it smaller. */
const RUNS = { numRuns: 10, interruptAfterTimeLimit: 15_000 };
const FRAMES = 12;

const over = (world: World, regions: number) => inRegions(world, { frames: FRAMES, substeps: 2, step: STEP, regions });

const stateOf = ({ places, contacts }: Standing) => ({ places: [...places], contacts: [...contacts] });

describe('random worlds', () => {
  it.each([
    ['closed', closed],
    ['with gravity, planes and statics', open],
  ] as const)('%s: end in the same state for 1, 2, 4 and 8 regions', async (_, worlds) => {
    let touched = 0;
    let smallest = 1;
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const one = await over(world, 1);
        touched += one.standing.contacts.length;
        for (const regions of [2, 4, 8]) {
          const { standing, state } = await over(world, regions);
          expect(stateOf(standing)).toEqual(stateOf(one.standing));
          expect(state.round.regions.length).toBeGreaterThan(1);
          expect(state.figures.conflicts).toBe(0);
          const { bodies, ghosts, rounds } = state.figures;
          smallest = Math.min(smallest, bodies / rounds / state.round.regions.length / world.bodies.length);
          // Two may be cut where the gap is.
          if (regions > 2) expect(ghosts).toBeGreaterThan(0);
        }
        if (world.planes.length === 0) expect(momentumOf(one.standing)).toEqual(launchedMomentum(world));
      }),
      RUNS,
    );
    // Of worlds in which something happened, and of regions that did not see all of it.
    expect(touched).toBeGreaterThan(0);
    expect(smallest).toBeLessThan(0.9);
  });

  it('with the mean of what regions say: momentum is as it was launched, to the last bit', async () => {
    let apart = 0;
    await fc.assert(
      fc.asyncProperty(closed, fc.constantFrom(2, 4, 8), async (world, regions) => {
        const how = { frames: FRAMES, substeps: 2, step: STEP, window: 8, margin: 0, merge: 'average' } as const;
        const { standing, state } = await inRegions(world, { ...how, regions });
        expect(momentumOf(standing)).toEqual(launchedMomentum(world));
        apart += state.figures.conflicts;
      }),
      { ...RUNS, examples: [[block(), 4]] },
    );
    expect(apart).toBeGreaterThan(0);
  });

  const daring = { margin: 0.02, daring: true, regions: 4 };

  it('with a margin that is too small: it is found, and repaired to the same state', async () => {
    await fc.assert(
      fc.asyncProperty(closed, async (world) => {
        const one = await over(world, 1);
        const { standing } = await inRegions(world, { ...daring, frames: FRAMES, substeps: 2, step: STEP });
        expect(stateOf(standing)).toEqual(stateOf(one.standing));
      }),
      RUNS,
    );
    const how = { frames: 4, window: 8 };
    const one = await inRegions(block(), { ...how, regions: 1 });
    const { standing, state } = await inRegions(block(), { ...how, ...daring });
    expect(state.figures.conflicts).toBeGreaterThan(0);
    expect(state.figures.resimulated).toBeGreaterThan(0);
    expect(stateOf(standing)).toEqual(stateOf(one.standing));
  });
});
