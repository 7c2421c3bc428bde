import type { Body, BodyShape, Triple, World } from '@tabgrid/webgpu-kernels/physics/world';
import { describe, expect, it } from 'vitest';
import { pileOf } from './heaps.js';
import { inRapier } from './rapier.js';
import { inPlain } from './run-task.js';
import { createStepper, FRAME_RATE, meanHeight, positionsIn } from './stepper.js';

/**
 * The same worlds by us and by Rapier, two solvers that share nothing: where no chance takes over they agree to within what Rapier's
 * steps of 1/60 s leave open, and after that in their means. By the reference, which the kernel equals word for word.
 */

const EARTH: Triple = [0, -9.81, 0];
const STILL = { velocity: [0, 0, 0], spin: [0, 0, 0], rotation: [0, 0, 0, 1] } as const;
const BALL: BodyShape = { kind: 'sphere', radius: 0.1 };
const ROUGH = { friction: 0.6, restitution: 0 } as const;

const ball = (more: Partial<Body>): Body => ({
  shape: BALL,
  mass: 2,
  position: [0, 0, 0],
  ...ROUGH,
  ...STILL,
  ...more,
});

const ground = (normal: Triple = [0, 1, 0]) => ({ normal, offset: 0, ...ROUGH });

interface Ran {
  /** By frame, from the launch on. */
  readonly ours: readonly (readonly Triple[])[];
  readonly rapier: readonly (readonly Triple[])[];
}

async function both(world: World, frames: number): Promise<Ran> {
  const stepper = await createStepper(world, inPlain);
  const rapier = await inRapier(world);
  const ours = [positionsIn(stepper.standing)];
  const theirs = [rapier.bodies().map(({ position }) => position)];
  for (let frame = 0; frame < frames; frame++) {
    await stepper.frame();
    rapier.step();
    ours.push(positionsIn(stepper.standing));
    theirs.push(rapier.bodies().map(({ position }) => position));
  }
  rapier.free();
  return { ours, rapier: theirs };
}

function farthest({ ours, rapier }: Ran, body: number): number {
  return Math.max(
    ...ours.map((positions, frame) => {
      const [a = EARTH, b = STILL.spin] = [positions[body], rapier[frame]?.[body]];
      return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    }),
  );
}

const along = (positions: readonly Triple[] | undefined, body: number, axis: 0 | 1 | 2): number =>
  positions?.[body]?.[axis] ?? Number.NaN;

describe('beside Rapier', { timeout: 60_000 }, () => {
  it('a sphere falls and comes to rest', async () => {
    const world = { bodies: [ball({ position: [0, 1.5, 0] })], planes: [ground()], statics: [], gravity: EARTH };
    const ran = await both(world, 60);
    // Rapier's solver takes a step in four, we in eight: half a·t·Δt apart at most, t the time of the fall.
    expect(farthest(ran, 0)).toBeLessThan(0.02);
    for (const last of [ran.ours.at(-1), ran.rapier.at(-1)])
      expect(Math.abs(along(last, 0, 1) - 0.1)).toBeLessThan(0.003);
  });

  it('a sphere rolls down a slope', async () => {
    const angle = Math.PI / 9;
    const normal: Triple = [Math.sin(angle), Math.cos(angle), 0];
    const position: Triple = [0.1 * normal[0], 0.1 * normal[1], 0];
    const world = { bodies: [ball({ position })], planes: [ground(normal)], statics: [], gravity: EARTH };
    const ran = await both(world, 60);
    // ½ · 5⁄7 · g · sin α · t² of a full sphere, of which the share cos α is along x.
    const rolled = (5 / 14) * 9.81 * Math.sin(angle) * Math.cos(angle);
    for (const last of [ran.ours.at(-1), ran.rapier.at(-1)]) {
      expect(along(last, 0, 0) - position[0]).toBeGreaterThan(0.97 * rolled);
      expect(along(last, 0, 0) - position[0]).toBeLessThan(1.03 * rolled);
    }
    expect(farthest(ran, 0)).toBeLessThan(0.03);
  });

  it('a box slides to rest', async () => {
    const box: Body = {
      ...ball({ position: [0, 0.1, 0], velocity: [3, 0, 0] }),
      shape: { kind: 'box', half: [0.2, 0.1, 0.2] },
    };
    const ran = await both({ bodies: [box], planes: [ground()], statics: [], gravity: EARTH }, 60);
    // v² ÷ 2 μ g.
    const slid = 9 / (2 * ROUGH.friction * 9.81);
    for (const positions of [ran.ours, ran.rapier]) {
      expect(Math.abs(along(positions.at(-1), 0, 0) - slid)).toBeLessThan(0.03 * slid);
      expect(Math.abs(along(positions.at(-1), 0, 0) - along(positions.at(-10), 0, 0))).toBeLessThan(0.001);
    }
    expect(farthest(ran, 0)).toBeLessThan(0.03);
  });

  it.each([
    ['head on', 0, 0.03],
    // In a step of 1/60 s they come closer before they are seen to touch, so that the normal is another.
    ['off centre', 0.08, 0.08],
  ])('two spheres collide %s', async (_, off, tolerance) => {
    const surface = { friction: 0, restitution: 0.8 };
    const bodies = [
      ball({ position: [-0.5, 0, 0], velocity: [1.5, 0, 0], ...surface }),
      ball({ position: [0.5, off, 0], velocity: [-1, 0, 0], mass: 1, ...surface }),
    ];
    const ran = await both({ bodies, planes: [], statics: [], gravity: [0, 0, 0] }, 40);
    // Where the line between their middles leads when they touch, 0.2 m apart; (1 + restitution) · speed of approach ÷ ∑ 1/m.
    const [ahead, across] = [Math.sqrt(1 - (off / 0.2) ** 2), off / 0.2];
    const impulse = (1.8 * 2.5 * ahead) / (1 / 2 + 1);
    const right = [
      [1.5 - (impulse / 2) * ahead, (-impulse / 2) * across],
      [-1 + impulse * ahead, impulse * across],
    ];
    for (const body of [0, 1]) {
      expect(farthest(ran, body)).toBeLessThan(tolerance);
      for (const axis of [0, 1] as const) {
        const speedOf = (positions: Ran['ours']) =>
          FRAME_RATE * (along(positions.at(-1), body, axis) - along(positions.at(-2), body, axis));
        const speed = right[body]?.[axis] ?? Number.NaN;
        expect(Math.abs(speedOf(ran.ours) - speed)).toBeLessThan(0.03);
        expect(Math.abs(speedOf(ran.rapier) - speed)).toBeLessThan(0.1);
      }
    }
  });

  it('a pile of a hundred spheres ends as high', async () => {
    const world = pileOf(100, 'spheres');
    const { ours, rapier } = await both(world, 100);
    const [launched, one, other] = [ours[0], ours.at(-1), rapier.at(-1)].map((at) => meanHeight(at ?? []));
    expect(one).toBeLessThan(0.5 * (launched ?? 0));
    expect(one).toBeGreaterThan(0.9 * (other ?? 0));
    expect(one).toBeLessThan(1.1 * (other ?? 0));
  });
});
