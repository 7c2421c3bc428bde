import { nameBlob } from '@tabgrid/protocol/blob';
import { bytesOf } from '@tabgrid/protocol/bytes';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnedGpuSession } from '../create-gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { physicsKernel } from './kernel.js';
import { createReference } from './reference.js';
import { simulateInPlain } from './reference-kernel.js';
import {
  encodePart,
  encodeWorld,
  GHOST,
  joined,
  OWN,
  type Part,
  type PartResult,
  PLACE,
  PLACE_WORDS,
  type Places,
  placesOf,
  readResult,
  SHARED,
  sumListed,
  wordsOf,
} from './state.js';
import { cutResult, framesOf, PhysicsParams, physicsTask } from './task.js';
import {
  type Body,
  type BodyShape,
  STATE_WORDS,
  type Triple,
  type World,
  type WorldWords,
  worldWords,
} from './world.js';

const available = (await nodeGpu()) !== null;
const STEP = 1 / 480;

describe.runIf(available)('a substep in WGSL', { timeout: 120_000 }, () => {
  let gpu: OwnedGpuSession;
  beforeAll(async () => {
    const session = await testSession();
    if (!session) throw new Error('no adapter');
    gpu = session;
  });
  afterAll(() => gpu?.close());

  async function run(words: WorldWords, from: Places, given: Partial<PhysicsParams>): Promise<PartResult> {
    const world = await nameBlob(encodeWorld(words));
    const ids = Int32Array.from({ length: words.bodies }, (_, i) => i);
    const part = await nameBlob(encodePart({ ...from, ids, owned: new Uint8Array(words.bodies).fill(1), watches: [] }));
    const params = v.parse(PhysicsParams, {
      ...{ bodies: words.bodies, own: words.bodies, contacts: sumListed(from.places), room: 4096, boxes: true },
      ...{ substeps: 8, halvings: 0, every: 8, neighbours: 0, hop: 1, fastest: 2 ** 30, only: null, ...given },
    });
    const inputs = [world, part].map(({ ref, bytes }) => ({ ref, bytes: async () => bytes }));
    const control = { signal: new AbortController().signal, progress() {}, submitted() {} };
    const { outputs } = await physicsKernel.run(gpu, params, inputs, control);
    expect(physicsTask.fault(params, outputs)).toBeNull();
    return readResult(outputs, framesOf(params));
  }

  const surface = { friction: 0.5, restitution: 0.2 };
  const wall = (normal: Triple, offset: number) => ({ normal, offset, ...surface });
  const tilt = Math.SQRT1_2;
  const STILL = { velocity: [0, 0, 0], spin: [0, 0, 0], rotation: [0, 0, 0, 1] } as const;

  /** Things that fall into a box with a slope, over a beam. */
  function heap(shapes: readonly BodyShape[]): World {
    let seed = 7;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    const bodies = shapes.map((shape, i): Body => {
      const q = [random() - 0.5, random() - 0.5, random() - 0.5, random() - 0.5] as const;
      const length = Math.hypot(...q);
      return {
        ...{ shape, mass: 0.5 + random(), ...surface },
        position: [-0.4 + 0.27 * (i % 4), 0.6 + 0.27 * Math.floor(i / 16), -0.4 + 0.27 * (Math.floor(i / 4) % 4)],
        rotation: [q[0] / length, q[1] / length, q[2] / length, q[3] / length],
        velocity: [random() - 0.5, -1, random() - 0.5],
        spin: [4 * random(), 4 * random() - 4, 0],
      };
    });
    return {
      bodies,
      planes: [
        wall([0, 1, 0], 0),
        wall([1, 0, 0], -0.6),
        wall([-1, 0, 0], -0.6),
        wall([0, tilt, tilt], -0.4),
        wall([0, 0, -1], -0.6),
      ],
      statics: shapes.some(({ kind }) => kind === 'box')
        ? [{ half: [0.6, 0.05, 0.05], position: [0, 0.3, 0.1], ...surface, rotation: STILL.rotation }]
        : [],
      gravity: [0, -9.81, 0],
    };
  }

  const SPHERE: BodyShape = { kind: 'sphere', radius: 0.08 };
  const BOX: BodyShape = { kind: 'box', half: [0.09, 0.06, 0.04] };

  it.each([
    ['spheres', Array.from({ length: 64 }, () => SPHERE), 240],
    ['boxes', Array.from({ length: 24 }, () => BOX), 240],
    ['both', Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? SPHERE : BOX)), 240],
  ] as const)('%s in a heap: the reference’s, word for word', async (_, shapes, substeps) => {
    const words = worldWords(heap(shapes), STEP);
    const reference = createReference(words);
    for (let s = 0; s < substeps; s++) reference.substep();
    const boxes = shapes.some(({ kind }) => kind === 'box');
    const got = await run(words, placesOf(words), { boxes, substeps, every: substeps });
    expect(statesIn(got)).toEqual([...reference.states.subarray(0, STATE_WORDS * words.bodies)]);
    // Not because nothing happened.
    expect(Math.max(...got.places.filter((_, k) => k % PLACE_WORDS === PLACE.contacts))).toBeGreaterThan(1);
  });

  /** The left half of a heap, with all others as ghosts, of which it shares the nearest; what is near the middle is compared with two neighbours. */
  function half(words: WorldWords, places: Places): Part {
    const ids = Int32Array.from({ length: words.bodies }, (_, i) => i);
    const x = (i: number) => places.places[PLACE_WORDS * i] ?? 0;
    return {
      ...{ ...places, ids },
      owned: Uint8Array.from(ids, (i) => (x(i) < 0 ? OWN : x(i) < 2 ** 16 ? SHARED : GHOST)),
      watches: [...ids].flatMap((body) =>
        Math.abs(x(body)) < 2 ** 17 ? [{ body, neighbour: body % 2, until: 4 + (body % 5) }] : [],
      ),
    };
  }

  it.each([
    ['as it is', {}],
    ['in substeps of a quarter', { halvings: 2, substeps: 24, every: 10 }],
    ['one secret body of it', { only: 12_345 }],
    ['too fast for what it was cut for', { only: 3, fastest: 1 }],
  ])('a part of a heap, %s: all outputs as in plain JavaScript, bit for bit', async (_, given) => {
    const words = worldWords(heap(Array.from({ length: 40 }, (__, i) => (i % 3 === 0 ? BOX : SPHERE))), STEP);
    const fallen = await run(words, placesOf(words), { substeps: 160, every: 160 });
    const part = half(words, fallen);
    const params = v.parse(PhysicsParams, {
      ...{ bodies: words.bodies, own: part.owned.filter(Boolean).length, contacts: sumListed(part.places), room: 4096 },
      ...{ boxes: true, substeps: 8, halvings: 0, every: 4, neighbours: 2, hop: 2 ** 18, fastest: 2 ** 30, only: null },
      ...given,
    });
    const blobs = [await nameBlob(encodeWorld(words)), await nameBlob(encodePart(part))];
    const inputs = blobs.map(({ ref, bytes }) => ({ ref, bytes: async () => bytes }));
    const control = { signal: new AbortController().signal, progress() {}, submitted() {} };
    const { outputs } = await physicsKernel.run(gpu, params, inputs, control);
    const plain = simulateInPlain(
      blobs.map(({ bytes }) => bytes),
      params,
    );
    expect(physicsTask.fault(params, outputs)).toBeNull();
    expect(outputs.map((bytes) => [...wordsOf(bytes)])).toEqual(plain.map((bytes) => [...wordsOf(bytes)]));
    if (params.only === null) {
      expect(readResult(outputs, framesOf(params)).hashes.some((word) => word !== 0)).toBe(true);
      return;
    }
    // What is cut out of a whole result is what a probe makes.
    const whole = v.parse(PhysicsParams, { ...params, only: null });
    const all = await physicsKernel.run(gpu, whole, inputs, control);
    const cut = cutResult(whole, bytesOf(joined(all.outputs.map(wordsOf))), params);
    const sizes = physicsTask.outputs(params).map(({ bytes }) => bytes);
    const pieces = sizes.map((size, k) =>
      bytesOf(cut.subarray(sizes.slice(0, k).reduce((a, b) => a + b, 0)).subarray(0, size)),
    );
    expect(physicsTask.compare(outputs, pieces, true).kind).toBe(params.fastest === 1 ? 'within' : 'equal');
  });

  it('window by window as in one', async () => {
    const words = worldWords(heap(Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? SPHERE : BOX))), STEP);
    const whole = await run(words, placesOf(words), { substeps: 120, every: 120 });
    let part: Places = placesOf(words);
    for (let window = 0; window < 10; window++) part = await run(words, part, { substeps: 12, every: 12 });
    expect([...part.places]).toEqual([...whole.places]);
    expect([...part.contacts]).toEqual([...whole.contacts]);
    expect(part.contacts.length).toBeGreaterThan(0);
  });
});

/** As the reference has them: without what is listed. */
function statesIn({ places }: Places): number[] {
  const out: number[] = [];
  for (let at = 0; at < places.length; at += PLACE_WORDS) {
    const one = (from: number, count: number) => [...places.subarray(at + from, at + from + count)];
    out.push(...one(0, 3), (places[at + PLACE.contacts] ?? 0) & 0xffff, ...one(PLACE.momentum, 3), 0);
    out.push(
      ...one(PLACE.spin, 3),
      0,
      ...one(PLACE.rotation, 4),
      ...one(PLACE.warm, 3),
      0,
      ...one(PLACE.warmSpin, 3),
      0,
    );
  }
  return out;
}
