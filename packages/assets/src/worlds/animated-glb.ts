import {
  type Accessor,
  type Animation,
  Document,
  type Material,
  type Mesh,
  type Node,
  WebIO,
} from '@gltf-transform/core';
import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import type { Plane, Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { AssetError } from '../asset-error.js';
import { lookAt } from '../math/look-at.js';
import { add, dot, scale } from '../math/vec3.js';
import type { Shape } from '../scenes/shapes.js';
import type { WorldCamera } from './builtin/builtin-world.js';
import { keptFrames, type Samples, sameSide } from './keyframes.js';
import type { ShownWorld } from './shown-world.js';
import { checkFrame, type Trajectory } from './trajectory.js';
import { unitBox, unitFloor, unitSphere } from './unit-shapes.js';

/** A simulated world as an animated model: one node a body, meshes and materials shared, keys only where a body leaves its line. */

export interface AnimatedGlbOptions {
  /** Linear red, green and blue of each body; where there is none, the body's own. */
  readonly colors?: readonly (Triple | undefined)[];
  readonly camera?: WorldCamera;
}

const DEFAULT_COLOR: Triple = [0.6, 0.6, 0.6];
const DEFAULT_FIXED_COLOR: Triple = [0.3, 0.3, 0.32];
const ROUGHNESS = 0.6;

/**
 * The GLB. Each body stands at the trajectory's first frame; the animation `simulation` moves those that move. Planes are shown
 * as squares around all that happens.
 * @throws AssetError where the trajectory is not the world's
 */
export async function animatedGlb(
  world: ShownWorld,
  trajectory: Trajectory,
  { colors = [], camera }: AnimatedGlbOptions = {},
): Promise<Bytes> {
  checkTrajectory(world, trajectory);
  const model = createModel();
  const keyed = createKeys(model.document, trajectory.frameSeconds);
  world.bodies.forEach((body, i) => {
    const { shape } = body;
    const node = model.stand({
      name: body.name ?? `body ${i}`,
      mesh: shape.kind,
      size: shape.kind === 'sphere' ? [shape.radius, shape.radius, shape.radius] : shape.half,
      color: colors[i] ?? body.color ?? DEFAULT_COLOR,
    });
    keyed(node, 'translation', { values: gathered(trajectory, 'positions', i, 3), size: 3 });
    keyed(node, 'rotation', { values: sameSide(gathered(trajectory, 'rotations', i, 4)), size: 4 });
  });
  world.statics.forEach(({ name, half, position, rotation, color }, i) => {
    const look = { name: name ?? `static box ${i}`, color: color ?? DEFAULT_FIXED_COLOR };
    model
      .stand({ ...look, mesh: 'box', size: half })
      .setTranslation([...position])
      .setRotation([...rotation]);
  });
  const extent = extentOf(world, trajectory);
  world.planes.forEach((plane, i) => {
    const look = { name: plane.name ?? `plane ${i}`, color: plane.color ?? DEFAULT_FIXED_COLOR };
    const { position, rotation, size } = squareOf(plane, extent);
    model
      .stand({ ...look, mesh: 'floor', size })
      .setTranslation(position)
      .setRotation(rotation);
  });
  if (camera) model.shoot(camera);
  return bytesOf(await new WebIO().writeBinary(model.document));
}

function checkTrajectory({ bodies }: ShownWorld, trajectory: Trajectory): void {
  if (trajectory.bodies !== bodies.length) {
    throw new AssetError(
      `The trajectory is of ${trajectory.bodies} bodies, the world has ${bodies.length}. Choose the world that was simulated.`,
    );
  }
  if (trajectory.frames.length === 0) {
    throw new AssetError('The trajectory has no frames, so there is nothing to show. Simulate at least one.');
  }
  trajectory.frames.forEach((frame, i) => {
    checkFrame(frame, bodies.length, i);
  });
}

function gathered({ frames }: Trajectory, list: 'positions' | 'rotations', body: number, size: 3 | 4): Float32Array {
  const out = new Float32Array(frames.length * size);
  frames.forEach((frame, i) => {
    out.set(frame[list].subarray(body * size, (body + 1) * size), i * size);
  });
  return out;
}

/** Adds channels; keys at the same frames share their times. */
function createKeys(document: Document, frameSeconds: number) {
  const buffer = document.getRoot().listBuffers()[0] ?? document.createBuffer();
  const times = new Map<string, Accessor>();
  let animation: Animation | null = null;
  const timesOf = (frames: readonly number[]): Accessor => {
    const key = frames.join();
    const known = times.get(key);
    if (known) return known;
    const seconds = Float32Array.from(frames, (frame) => frame * frameSeconds);
    const accessor = document.createAccessor().setType('SCALAR').setArray(seconds).setBuffer(buffer);
    times.set(key, accessor);
    return accessor;
  };
  return (node: Node, path: 'translation' | 'rotation', samples: Samples): void => {
    const { values, size } = samples;
    const [a = 0, b = 0, c = 0, d = 1] = values;
    if (path === 'translation') node.setTranslation([a, b, c]);
    else node.setRotation([a, b, c, d]);
    const frames = keptFrames(samples);
    if (frames.length < 2) return;
    const kept = new Float32Array(frames.length * size);
    frames.forEach((frame, k) => {
      kept.set(values.subarray(frame * size, (frame + 1) * size), k * size);
    });
    const output = document
      .createAccessor()
      .setType(size === 3 ? 'VEC3' : 'VEC4')
      .setArray(kept)
      .setBuffer(buffer);
    const sampler = document.createAnimationSampler().setInput(timesOf(frames)).setOutput(output);
    const channel = document.createAnimationChannel().setTargetNode(node).setTargetPath(path).setSampler(sampler);
    animation ??= document.createAnimation('simulation');
    animation.addSampler(sampler).addChannel(channel);
  };
}

interface Standing {
  readonly name: string;
  readonly mesh: keyof typeof SHAPES;
  /** By which the unit mesh is scaled. */
  readonly size: Triple;
  readonly color: Triple;
}

const SHAPES = { sphere: unitSphere, box: unitBox, floor: unitFloor } as const satisfies Record<string, () => Shape>;

/** A document whose nodes share meshes: one a shape and colour, with the shape's data once. */
function createModel() {
  const document = new Document();
  const buffer = document.createBuffer();
  const scene = document.createScene('world');
  const shapes = new Map<string, { positions: Accessor; normals: Accessor; indices: Accessor }>();
  const materials = new Map<string, Material>();
  const meshes = new Map<string, Mesh>();
  const once = <T>(cache: Map<string, T>, key: string, make: () => T): T => {
    const value = cache.get(key) ?? make();
    cache.set(key, value);
    return value;
  };
  const accessor = (array: Float32Array | Uint32Array, type: 'VEC3' | 'SCALAR') =>
    document
      .createAccessor()
      .setType(type)
      .setArray(array instanceof Float32Array ? Float32Array.from(array) : Uint16Array.from(array))
      .setBuffer(buffer);
  const dataOf = (name: keyof typeof SHAPES) =>
    once(shapes, name, () => {
      const { positions, normals, indices } = SHAPES[name]();
      return {
        positions: accessor(positions, 'VEC3'),
        normals: accessor(normals, 'VEC3'),
        indices: accessor(indices, 'SCALAR'),
      };
    });
  const materialOf = (hue: string, [r, g, b]: Triple) =>
    once(materials, hue, () =>
      document
        .createMaterial(`color ${hue}`)
        .setBaseColorFactor([r, g, b, 1])
        .setMetallicFactor(0)
        .setRoughnessFactor(ROUGHNESS),
    );
  const meshOf = (name: keyof typeof SHAPES, color: Triple) => {
    const hue = color.map((channel) => channel.toFixed(3)).join(' ');
    return once(meshes, `${name} ${hue}`, () => {
      const { positions, normals, indices } = dataOf(name);
      const primitive = document
        .createPrimitive()
        .setAttribute('POSITION', positions)
        .setAttribute('NORMAL', normals)
        .setIndices(indices)
        .setMaterial(materialOf(hue, color));
      return document.createMesh(name).addPrimitive(primitive);
    });
  };
  return {
    document,
    stand({ name, mesh, size, color }: Standing): Node {
      const node = document
        .createNode(name)
        .setMesh(meshOf(mesh, color))
        .setScale([...size]);
      scene.addChild(node);
      return node;
    },
    shoot({ position, target, verticalDegrees }: WorldCamera): void {
      const camera = document
        .createCamera('camera')
        .setType('perspective')
        .setYFov((verticalDegrees * Math.PI) / 180)
        .setZNear(0.01);
      scene.addChild(document.createNode('camera').setCamera(camera).setMatrix(lookAt(position, target).matrix));
    },
  };
}

interface Extent {
  readonly middle: Triple;
  readonly radius: number;
}

/** A sphere around all places of all bodies and the static boxes, roughly. */
function extentOf({ bodies, statics }: ShownWorld, { frames }: Trajectory): Extent {
  const [low, high] = [
    [1, 1, 1].map(() => Number.POSITIVE_INFINITY),
    [1, 1, 1].map(() => Number.NEGATIVE_INFINITY),
  ] as const;
  const include = (x: number, axis: number) => {
    low[axis] = Math.min(low[axis] ?? x, x);
    high[axis] = Math.max(high[axis] ?? x, x);
  };
  for (const { positions } of frames) {
    for (let i = 0; i < positions.length; i++) include(positions[i] ?? 0, i % 3);
  }
  for (const { position } of statics) position.forEach(include);
  const middle = (axis: 0 | 1 | 2) => ((low[axis] ?? 0) + (high[axis] ?? 0)) / 2;
  const sizes = [
    ...bodies.map(({ shape }) => (shape.kind === 'sphere' ? shape.radius : Math.hypot(...shape.half))),
    ...statics.map(({ half }) => Math.hypot(...half)),
  ];
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  return {
    middle: [middle(0), middle(1), middle(2)],
    radius: Math.hypot(...low.map((x, axis) => ((high[axis] ?? 0) - x) / 2)) + largest,
  };
}

/** Planes reach this much farther than what happens. */
const MARGIN = 2;

function squareOf({ normal, offset }: Plane, { middle, radius }: Extent) {
  const [x, y, z] = add(middle, scale(normal, offset - dot(normal, middle)));
  const half = radius * MARGIN;
  const size: Triple = [half, 1, half];
  const position: [number, number, number] = [x, y, z];
  return { position, rotation: turnedUp(normal), size };
}

/** The shortest turn of +y to a unit vector. */
function turnedUp([x, y, z]: Triple): [number, number, number, number] {
  if (y < -0.999_999) return [1, 0, 0, 0];
  const length = Math.hypot(z, x, 1 + y);
  return [z / length, 0, -x / length, (1 + y) / length];
}
