import { type Bytes, bytesOf, equalBytes } from '@tabgrid/protocol/bytes';
import type { Standing } from '@tabgrid/splitters/physics/standing';
import type { OwnedGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import { nodeGpu } from '@tabgrid/webgpu-kernels/node-gpu';
import { PLACE_WORDS, wordsOf } from '@tabgrid/webgpu-kernels/physics/state';
import type { PhysicsParams } from '@tabgrid/webgpu-kernels/physics/task';
import type { Body, BodyShape, Triple, World } from '@tabgrid/webgpu-kernels/physics/world';
import { testSession } from '@tabgrid/webgpu-kernels/test-gpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from './run-here.js';
import { onGpu, type RunTask } from './run-task.js';

const available = (await nodeGpu()) !== null;
const surface = { friction: 0.5, restitution: 0.3 };
const STILL = { velocity: [0, 0, 0], spin: [0, 0, 0], rotation: [0, 0, 0, 1] } as const;
const GROUND = { normal: [0, 1, 0], offset: 0, ...surface } as const;
const BALL: BodyShape = { kind: 'sphere', radius: 0.05 };
const BRICK: BodyShape = { kind: 'box', half: [0.06, 0.05, 0.04] };

function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

/** Bodies on a grid, thrown about: in three dimensions, so that eight regions meet in the middle. */
function thrown(shapes: readonly BodyShape[], speed: number): World {
  const random = randoms(11);
  const side = Math.ceil(Math.cbrt(shapes.length));
  const at = (k: number) => 0.25 * (k - (side - 1) / 2);
  const bodies = shapes.map(
    (shape, i): Body => ({
      ...{ shape, mass: 0.5 + random(), ...surface, rotation: [0, 0, 0, 1] },
      position: [at(i % side), 0.25 * (0.5 + Math.floor(i / side / side)), at(Math.floor(i / side) % side)],
      velocity: [0, 1, 2].map(() => speed * (2 * random() - 1)) as unknown as Triple,
      spin: [0, 1, 2].map(() => 4 * random() - 2) as unknown as Triple,
    }),
  );
  return { bodies, planes: [GROUND], statics: [], gravity: [0, -9.81, 0] };
}

/** A stack on each side, and one on the cut between two regions. */
function stacks(): World {
  const bodies = [-2, 0, 2].flatMap((x) =>
    Array.from({ length: 6 }, (_, k): Body => {
      const shape: BodyShape = { kind: 'box', half: [0.1, 0.05, 0.1] };
      return { shape, mass: 1, ...surface, ...STILL, position: [x, 0.05 + 0.1 * k, 0] };
    }),
  );
  return { bodies, planes: [GROUND], statics: [], gravity: [0, -9.81, 0] };
}

const many = (count: number, shape: (i: number) => BodyShape) => Array.from({ length: count }, (_, i) => shape(i));

describe.runIf(available)('one world over many regions', { timeout: 180_000 }, () => {
  let gpu: OwnedGpuSession;
  let run: RunTask;
  beforeAll(async () => {
    const session = await testSession();
    if (!session) throw new Error('no adapter');
    gpu = session;
    run = onGpu(gpu);
  });
  afterAll(() => gpu?.close());

  const worlds: readonly (readonly [string, World])[] = [
    [
      'spheres',
      thrown(
        many(216, () => BALL),
        3,
      ),
    ],
    [
      'boxes',
      thrown(
        many(64, () => BRICK),
        2,
      ),
    ],
    [
      'both, fast, across corners',
      thrown(
        many(343, (i) => (i % 3 === 0 ? BRICK : BALL)),
        8,
      ),
    ],
    ['a stack on a seam', stacks()],
  ];

  it.each(worlds)('%s: the same bits for 1, 2, 4 and 8 regions', async (_, world) => {
    const over = (regions: number) =>
      runHere({ run, world, frames: 32, substeps: 2, step: 1 / 480, regions, window: 2 });
    const one = await over(1);
    const shares: number[] = [];
    for (const regions of [2, 4, 8]) {
      const { standing, state } = await over(regions);
      expect([...standing.places]).toEqual([...one.standing.places]);
      expect([...standing.contacts]).toEqual([...one.standing.contacts]);
      expect(state.round.regions.length).toBeGreaterThan(1);
      expect(state.figures.conflicts).toBe(0);
      // No part had all of the world.
      const { bodies, rounds } = state.figures;
      shares.push(bodies / rounds / regions / world.bodies.length);
    }
    expect(Math.min(...shares)).toBeLessThan(0.9);
  });

  /** A long row of heaps, so that regions have little to do with each other. */
  const row = thrown(
    many(300, () => BALL),
    2,
  );

  it('a margin that is too small is found and widened', async () => {
    const how = { run, world: row, frames: 16, substeps: 2, step: 1 / 480, window: 2 };
    const one = await runHere({ ...how, regions: 1 });
    const daring = await runHere({ ...how, regions: 4, margin: 0.02, daring: true });
    expect(daring.state.figures.conflicts).toBeGreaterThan(0);
    expect(daring.state.figures.resimulated).toBeGreaterThan(0);
    expect(sameBits(daring.standing, one.standing)).toBe(true);
  });

  it('what is too fast for its substeps gets finer ones, in the same frames however it is cut', async () => {
    const bullet: Body = { ...fastBody(), position: [-1.2, 0.3, 0], velocity: [40, 0, 0] };
    const world = { ...row, bodies: [...row.bodies, bullet] };
    const how = { run, world, frames: 10, substeps: 4, step: 1 / 240 };
    const one = await runHere({ ...how, regions: 1, window: 8 });
    const many = await runHere({ ...how, regions: 4, window: 2 });
    expect(one.state.figures.resimulated).toBeGreaterThan(0);
    expect(sameBits(many.standing, one.standing)).toBe(true);
  });

  it.each([
    ['a place', 0],
    ['a momentum', 4],
  ])('%s that is wrong at a border is found, and the window done again', async (_, word) => {
    const how = { run, world: row, frames: 6, substeps: 2, step: 1 / 480, window: 2 };
    const one = await runHere({ ...how, regions: 1 });
    let lies = 0;
    const lied = await runHere({
      ...how,
      regions: 2,
      tamper(outputs, task, params) {
        if (!task.endsWith(':w4')) return outputs;
        lies++;
        return withLie(outputs, params, word);
      },
    });
    expect(lies).toBe(1);
    expect(lied.state.figures.conflicts).toBe(1);
    expect(sameBits(lied.standing, one.standing)).toBe(true);
  });
});

function fastBody(): Body {
  return { shape: BALL, mass: 1, ...surface, ...STILL, position: [0, 0, 0] };
}

const sameBits = (a: Standing, b: Standing): boolean =>
  equalBytes(bytesOf(a.places), bytesOf(b.places)) && equalBytes(bytesOf(a.contacts), bytesOf(b.contacts));

/** Another word of the body that is nearest to the cut (the row is cut at its middle). */
function withLie(
  [marks, poses, seen, states]: readonly Bytes[],
  { own }: PhysicsParams,
  word: number,
): readonly Bytes[] {
  const words = wordsOf((states ?? new Uint8Array(0)).slice());
  const bodies = Array.from({ length: own }, (_, i) => i);
  const nearest = bodies.reduce((best, i) =>
    Math.abs(words[PLACE_WORDS * i] ?? 0) < Math.abs(words[PLACE_WORDS * best] ?? 0) ? i : best,
  );
  words[PLACE_WORDS * nearest + word] = (words[PLACE_WORDS * nearest + word] ?? 0) + 1000;
  return [marks, poses, seen, bytesOf(words)].filter((bytes) => bytes !== undefined);
}
