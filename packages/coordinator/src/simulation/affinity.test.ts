import { builtinWorld } from '@tabgrid/assets/worlds/builtin';
import type { Telemetry } from '@tabgrid/protocol/link';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { encodeWorld } from '@tabgrid/webgpu-kernels/physics/state';
import { physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import { describe, expect, it } from 'vitest';
import { createTestGrid, until } from '../test-kit.js';
import { KERNELS } from '../test-results.js';
import type { SimulationSpec } from './api.js';
import { simulating } from './test-simulating.js';

/** Whose regions are, by the real scheduler: four of them over two volunteers that are equal but for a little. */

const WORLD = { kind: 'builtin', name: 'clouds', bodies: 64 } as const;
const SPEC: SimulationSpec = {
  ...{ seconds: 2, substeps: 4, regions: 4, margin: 0, merge: 'owner', realTime: false, verify: 'none' },
};
const PHYSICS = { kind: physicsTask.kind, version: physicsTask.version };
const { world } = builtinWorld(WORLD.name, { bodies: WORLD.bodies });
const HEADER = encodeWorld(worldWords(world, 1 / (60 * SPEC.substeps)));
const TELEMETRY: Telemetry = { visibility: 'visible', paused: false, intensity: 1, battery: null, gpuBusyMs: 0 };

/** One is faster for two tasks, then the other: by a share of so much. */
async function begin(uneven = 0.01) {
  const grid = createTestGrid();
  const join = (ordinal: number) => {
    let made = 0;
    const ms = ({ workUnits }: TaskSpec) => {
      const faster = (made++ >> 1) % 2 === ordinal;
      return (workUnits / 2) * (1 + (faster ? -uneven : uneven));
    };
    const behaviour = { kind: 'compute', ms, by: simulating(HEADER) } as const;
    return grid.volunteer({ behaviour, capabilities: { kernels: [...KERNELS, PHYSICS] }, wayMs: 2 });
  };
  const [ada, ben] = [await join(0), await join(1)];
  const { simulations } = grid.coordinator;
  await simulations.launch(WORLD, SPEC);
  /** Who had each region, window by window. */
  const windows = async (count: number): Promise<readonly (readonly number[])[]> => {
    const rows: (readonly number[])[] = [];
    while (rows.length < count) {
      const before = simulations.view()?.framesDone;
      await until(grid, () => simulations.view()?.framesDone !== before);
      rows.push(simulations.ownership()?.volunteers ?? []);
    }
    return rows;
  };
  return { ada, ben, windows };
}

/** Regions that who had them in the window before has again, of all. */
function keptShare(rows: readonly (readonly number[])[]): number {
  const pairs = rows.slice(1).flatMap((row, k) => row.map((who, region) => who === rows[k]?.[region]));
  return pairs.filter((same) => same).length / pairs.length;
}

const shareOf = (who: number, rows: readonly (readonly number[])[]): number => {
  const all = rows.flat();
  return all.filter((one) => one === who).length / all.length;
};

describe('four regions over two volunteers', () => {
  it('stay with whom they are, two with each, though now one is done first and now the other', async () => {
    const { windows } = await begin();
    await windows(3);
    const rows = await windows(10);
    expect(keptShare(rows)).toBeGreaterThan(0.9);
    expect(shareOf(0, rows)).toBeCloseTo(0.5, 1);
  }, 60_000);

  it('go to the one when the other is away, and come back two by two', async () => {
    const { ada, ben, windows } = await begin();
    await windows(3);
    void ben.say({ type: 'telemetry', telemetry: { ...TELEMETRY, paused: true } });
    await windows(2);
    expect(shareOf(0, await windows(2))).toBe(1);
    void ben.say({ type: 'telemetry', telemetry: TELEMETRY });
    await windows(2);
    const rows = await windows(4);
    expect(shareOf(1, rows)).toBeCloseTo(0.5, 1);
    expect(keptShare(rows)).toBeGreaterThan(0.9);
    void ada.link.close('its page is closed');
    await windows(2);
    expect(shareOf(1, await windows(2))).toBe(1);
  }, 60_000);
});
