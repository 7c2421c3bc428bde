import { energyOf } from '@tabgrid/splitters/physics/energy';
import { givenIn } from '@tabgrid/splitters/physics/judge';
import { momentumDrift, momentumOf } from '@tabgrid/splitters/physics/ledger';
import type { Standing } from '@tabgrid/splitters/physics/standing';
import type { World } from '@tabgrid/webgpu-kernels/physics/world';
import { expect, it } from 'vitest';
import { block, G, GROUND, inRegions } from './fixture.js';

/** A world whose regions see too little of each other, where the mean of what they say counts. */

const heap = (): World => ({ ...block(), planes: [GROUND], gravity: [0, -G, 0] });

async function run(world: World, merge: 'owner' | 'average', margin: number, regions = 4) {
  const drifts: number[] = [];
  const energies: number[] = [];
  let before: Standing | null = null;
  const ran = await inRegions(world, {
    ...{ frames: 6, regions, window: 8, merge, margin },
    moved(standing, { round }) {
      if (before) {
        const given = givenIn(standing.world, round);
        drifts.push(...momentumDrift(momentumOf(before), momentumOf(standing), given).map(Math.abs));
      }
      before = standing;
      const { kinetic, potential } = energyOf(standing.world, standing, null);
      energies.push(kinetic + potential);
    },
  });
  return { ...ran, drifts, energies };
}

const bits = ({ places, contacts }: Standing) => ({ places: [...places], contacts: [...contacts] });

it('is the owners’ world to the last bit where the margin is wide enough', async () => {
  const wide = await run(block(), 'average', 4, 2);
  const owner = await run(block(), 'owner', 4, 2);
  expect(bits(wide.standing)).toEqual(bits(owner.standing));
  expect(wide.state.figures.conflicts).toBe(0);
});

it.each([
  ['with nothing around', block],
  ['on the ground', heap],
])('keeps momentum to the last bit and adds no energy, %s', async (_, world) => {
  const average = await run(world(), 'average', 0);
  const exact = await run(world(), 'owner', 0);
  // Regions did see different things, and no window was done again for it.
  expect(average.state.figures.conflicts).toBeGreaterThan(0);
  expect(average.state.figures.resimulated).toBe(0);
  expect(bits(average.standing)).not.toEqual(bits(exact.standing));
  expect(average.drifts.every((drift) => drift === 0)).toBe(true);
  // Fewer ghosts is what it is for.
  expect(average.state.figures.ghosts).toBeLessThan(0.8 * exact.state.figures.ghosts);
  const [begun = 0] = exact.energies;
  expect(Math.max(...average.energies)).toBeLessThanOrEqual(1.01 * begun);
});
