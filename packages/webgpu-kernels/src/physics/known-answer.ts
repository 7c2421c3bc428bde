import { nameBlob } from '@tabgrid/protocol/blob';
import type { KnownAnswer } from '../known-answer.js';
import { encodePart, encodeWorld, placesOf } from './state.js';
import type { PhysicsParams } from './task.js';
import { wholeTask } from './whole.js';
import { type Body, hasBoxes, type World, worldWords } from './world.js';

/** A throng of spheres, and one with boxes among beams, in which everything meets at once: what reference-kernel.ts ends in. */
export const physicsAnswer: KnownAnswer<PhysicsParams> = {
  sha256: 'e0751fad8a32dea5e09e0fef955601b79616dc5122c5beb22046266af609d7c0',
  tasks: () => Promise.all([throng(() => false), throng((i) => i % 3 > 0)].map(taskOf)),
};

const SIDE = 5;
const SUBSTEPS = 16;
const FRAME = 8;

async function taskOf(world: World) {
  const words = worldWords(world, 1 / 480);
  const { part, params } = wholeTask(placesOf(words), {
    ...{ bodies: words.bodies, boxes: hasBoxes(world), halvings: 0, substeps: SUBSTEPS, every: FRAME },
  });
  const blobs = await Promise.all([encodeWorld(words), encodePart(part)].map(nameBlob));
  return { params, inputs: blobs.map(({ ref, bytes }) => ({ ref, bytes: async () => bytes })) };
}

/** By arithmetic that every engine rounds alike. */
function throng(isBox: (i: number) => boolean): World {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483648 - 0.5;
  };
  const surface = () => ({ friction: 0.5 + random() / 2, restitution: 0.4 + random() / 2 });
  const rotation = () => {
    const [x, y, z, w] = [random(), random(), random(), random()];
    const length = Math.sqrt(x * x + y * y + z * z + w * w);
    return [x / length, y / length, z / length, w / length] as const;
  };
  const bodies = Array.from({ length: SIDE ** 3 }, (_, i): Body => {
    const along = (step: number) => 0.5 * (Math.floor(i / step) % SIDE) + random() / 8;
    return {
      shape: isBox(i)
        ? { kind: 'box', half: [0.25 + random() / 8, 0.22 + random() / 8, 0.2 + random() / 8] }
        : { kind: 'sphere', radius: 0.26 + random() / 16 },
      mass: 2 + 2 * random(),
      position: [along(1), 0.25 + along(SIDE * SIDE), along(SIDE)],
      rotation: rotation(),
      velocity: [4 * random(), 4 * random() - 1, 4 * random()],
      spin: [8 * random(), 8 * random(), 8 * random()],
      ...surface(),
    };
  });
  const beam = (x: number, z: number) => ({
    ...{ half: [0.2, 0.2, 3] as const, position: [x, 0.2, z] as const, rotation: rotation(), ...surface() },
  });
  return {
    bodies,
    planes: [
      { normal: [0, 1, 0], offset: 0, ...surface() },
      { normal: [0.6, 0.8, 0], offset: 0.1, ...surface() },
    ],
    statics: bodies.some(({ shape }) => shape.kind === 'box') ? [beam(0.6, 1), beam(1.5, 0.5)] : [],
    gravity: [0, -9.81, 0],
  };
}
