import type { Millis } from '@tabgrid/protocol/ids';
import {
  hashOfPlace,
  joined,
  OWN,
  ownAsked,
  type Part,
  type PartResult,
  SHARED,
  type WorldHeader,
} from '@tabgrid/webgpu-kernels/physics/state';
import type { PhysicsParams } from '@tabgrid/webgpu-kernels/physics/task';
import { energyOf } from './energy.js';
import { momentumOf } from './ledger.js';
import type { Heard } from './planner.js';
import { massOf, placeIn } from './standing.js';

/** What the planner hears of a result: numbers, not states. */
export function heardOf(
  world: WorldHeader,
  part: Part,
  params: PhysicsParams,
  result: PartResult,
  kernelMs: Millis,
): Heard {
  const { fastest, coarse, hashes, around } = result;
  return {
    ...{ fastest, coarse: [...coarse], hashes, around, kernelMs },
    sharedMass: sharedMassOf(world, part),
    finals: finalsOf(part, params, result),
    ...gainedBy(world, part, result),
  };
}

function finalsOf({ ids, owned, watches }: Part, params: PhysicsParams, result: PartResult): Int32Array {
  const finals = new Int32Array(2 * params.neighbours);
  const told = numbersOf(owned);
  for (const { body, neighbour, until } of watches) {
    const index = told[body] ?? -1;
    if (owned[body] !== OWN || until < params.substeps) continue;
    const [first, second] = hashOfPlace(ids[body] ?? 0, placeIn(result, index), params.halvings);
    finals[2 * neighbour] = (finals[2 * neighbour] ?? 0) + first;
    finals[2 * neighbour + 1] = (finals[2 * neighbour + 1] ?? 0) + second;
  }
  return finals;
}

/** Of each body its number among those that are asked for; -1 for others. */
function numbersOf(owned: Uint8Array): Int32Array {
  let next = 0;
  return Int32Array.from(owned, (own) => (own ? next++ : -1));
}

function gainedBy(
  world: WorldHeader,
  part: Part,
  result: PartResult,
): Pick<Heard, 'gained' | 'kinetic' | 'energyGained'> {
  const own = ownAsked(part);
  const ids = Int32Array.from(own, ({ index }) => part.ids[index] ?? 0);
  const start = { places: joined(own.map(({ index }) => placeIn(part, index))) };
  const end = { places: joined(own.map(({ row }) => placeIn(result, row))) };
  const [before, after] = [momentumOf(start), momentumOf(end)];
  const [cold, warm] = [energyOf(world, start, ids), energyOf(world, end, ids)];
  return {
    gained: [after[0] - before[0], after[1] - before[1], after[2] - before[2]],
    kinetic: cold.kinetic,
    energyGained: warm.kinetic + warm.potential - cold.kinetic - cold.potential,
  };
}

const sharedMassOf = (world: WorldHeader, { ids, owned }: Part): number =>
  ids.reduce((sum, id, i) => sum + (owned[i] === SHARED ? massOf(world, id) : 0), 0);
