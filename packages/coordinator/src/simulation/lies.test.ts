import { builtinWorld } from '@tabgrid/assets/worlds/builtin';
import { type Bytes, wordsOf } from '@tabgrid/protocol/bytes';
import { SimulationReport } from '@tabgrid/protocol/records';
import { encodeWorld, MARK_WORDS, MARKS, PLACE } from '@tabgrid/webgpu-kernels/physics/state';
import { physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createTestGrid, until } from '../test-kit.js';
import { KERNELS } from '../test-results.js';
import type { SimulationSpec } from './api.js';
import { simulating } from './test-simulating.js';

/** A liar among three, by the real scheduler. */

const WORLD = { kind: 'builtin', name: 'clouds', bodies: 40 } as const;
const SPEC: SimulationSpec = {
  ...{ seconds: 0.3, substeps: 4, regions: 3, margin: 0, merge: 'owner', realTime: false, verify: 'spot' },
};
const PHYSICS = { kind: physicsTask.kind, version: physicsTask.version };
const { world } = builtinWorld(WORLD.name, { bodies: WORLD.bodies });
const HEADER = encodeWorld(worldWords(world, 1 / (60 * SPEC.substeps)));

type Lie = (outputs: readonly Bytes[]) => void;

async function simulate(volunteers: number, spec: Partial<SimulationSpec>, lie?: Lie) {
  const grid = createTestGrid();
  for (let ordinal = 0; ordinal < volunteers; ordinal++) {
    const by = simulating(HEADER, ordinal === 1 ? lie : undefined);
    const behaviour = { kind: 'compute', ms: () => 60, by } as const;
    await grid.volunteer({ behaviour, capabilities: { kernels: [...KERNELS, PHYSICS] } });
  }
  const { simulations } = grid.coordinator;
  await simulations.launch(WORLD, { ...SPEC, ...spec });
  await until(grid, () => simulations.view()?.state !== 'running');
  const report = v.parse(SimulationReport, await simulations.report());
  return { report, states: grid.coordinator.view().volunteers.map(({ state }) => state) };
}

const wordsIn = (outputs: readonly Bytes[], output: number): Int32Array =>
  wordsOf(outputs[output] ?? new Uint8Array(0));
const isWhole = (outputs: readonly Bytes[]): boolean => wordsIn(outputs, 0).length > MARK_WORDS;

describe('a volunteer of three', () => {
  const alone = simulate(1, { regions: 1, verify: 'none' });

  it.each<[string, 'none' | 'spot', Lie]>([
    ['that something was too fast', 'spot', (outputs) => wordsIn(outputs, 0).set([2 ** 30 + 1, 1], MARKS.fastest)],
    ['that frames were too coarse', 'spot', (outputs) => wordsIn(outputs, 0).set([1], MARK_WORDS)],
    ['about momentum, where nobody checks', 'none', (outputs) => wordsIn(outputs, 3).set([5], PLACE.momentum)],
  ])(
    'that always lies %s is found, and nothing comes of it',
    async (_, verify, lie) => {
      const { report, states } = await simulate(3, { verify }, (outputs) => isWhole(outputs) && lie(outputs));
      expect(report).toMatchObject({ state: 'done', stateSha256: (await alone).report.stateSha256, momentumDrift: 0 });
      expect(states).toEqual(['ready', 'quarantined', 'ready']);
    },
    60_000,
  );
});
