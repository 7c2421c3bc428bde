import type { Bounds } from './bvh/grid.js';
import { type Bvh, buildBvh } from './bvh.js';
import { INSTANCE_WORDS, MIRRORED, NODE_WORDS, WORLD_LIMIT } from './layout.js';

/** The upper level of a scene with instances: a tree over the places where the lower trees stand. See `instances` in layout.ts. */

/** Where a mesh stands. Matrices are three rows of four (xyz, translation), 32-bit floats. */
export interface Place {
  readonly toWorld: Float32Array;
  readonly toMesh: Float32Array;
}

/** A lower tree at a place. */
export interface Instance {
  readonly bvh: Bvh;
  /** Its first node among those of all lower trees. */
  readonly root: number;
  readonly place: Place;
}

export interface UpperLevel {
  /** NODE_WORDS a node, then INSTANCE_WORDS an instance. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly nodes: number;
  readonly instances: number;
  readonly bvh: Bvh;
}

const IDENTITY = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0);
export const IN_THE_WORLD: Place = { toWorld: IDENTITY, toMesh: IDENTITY };

/** How much a transform and its inverse may enlarge the roundings of a point that goes through both. */
const LARGEST_STRETCH = 1e4;
/** Boxes in the world are wider than their corners by this share of the numbers that they are summed from. */
const BOX_SLACK = 2 ** -20;

/** Those of a mesh's places from which rays find back: not flat, finite, within WORLD_LIMIT. @param transforms of InstancedMesh */
export function usablePlaces(transforms: Float32Array, bounds: Bounds): Place[] {
  const places: Place[] = [];
  for (let at = 0; at < transforms.length; at += 12) {
    const toWorld = transforms.slice(at, at + 12);
    const toMesh = inverseOf(toWorld);
    if (!toMesh || stretchOf(toWorld, toMesh) > LARGEST_STRETCH) continue;
    if (worldBox(bounds, toWorld).every((x) => Math.abs(x) <= WORLD_LIMIT)) places.push({ toWorld, toMesh });
  }
  return places;
}

/** @param instances at least one; their order decides between equal hits of the same triangle */
export function buildUpperLevel(instances: readonly Instance[]): UpperLevel {
  const boxes = new Float32Array(6 * instances.length);
  instances.forEach(({ bvh, place }, i) => {
    boxes.set(worldBox(bvh.bounds, place.toWorld), 6 * i);
  });
  const bvh = buildBvh(boxes, { leaves: { least: 1, most: 1 } });
  const words = new Uint32Array(bvh.nodes.length + INSTANCE_WORDS * instances.length);
  words.set(bvh.nodes);
  bvh.order.forEach((number, i) => {
    const instance = instances[number];
    if (instance) writeInstance(words, bvh.nodes.length + INSTANCE_WORDS * i, instance, number);
  });
  return { words, nodes: bvh.nodes.length / NODE_WORDS, instances: instances.length, bvh };
}

function writeInstance(words: Uint32Array<ArrayBuffer>, at: number, instance: Instance, number: number): void {
  const { toWorld, toMesh } = instance.place;
  const { origin, cell } = instance.bvh.grid;
  const floats = new Float32Array(words.buffer);
  floats.set(toMesh, at);
  floats.set(toWorld, at + 12);
  floats.set(origin, at + 24);
  words[at + 27] = instance.root;
  floats.set([1 / cell[0], 1 / cell[1], 1 / cell[2]], at + 28);
  words[at + 31] = (number | (determinantOf(toWorld) < 0 ? MIRRORED : 0)) >>> 0;
  floats[at + 32] = stretchOf(toWorld, toMesh);
  floats[at + 33] = shiftOf(toWorld, toMesh);
}

function entry(matrix: Float32Array, row: number, column: number): number {
  return matrix[4 * row + column] ?? 0;
}

function determinantOf(m: Float32Array): number {
  return [0, 1, 2].reduce((sum, column) => sum + entry(m, 0, column) * cofactor(m, 0, column), 0);
}

function cofactor(m: Float32Array, row: number, column: number): number {
  const [a, b] = [(row + 1) % 3, (row + 2) % 3];
  const [c, d] = [(column + 1) % 3, (column + 2) % 3];
  return entry(m, a, c) * entry(m, b, d) - entry(m, a, d) * entry(m, b, c);
}

/** Null where there is none in 32-bit floats. */
function inverseOf(m: Float32Array): Float32Array | null {
  const determinant = determinantOf(m);
  const inverse = new Float32Array(12);
  for (let row = 0; row < 3; row++) {
    let shift = 0;
    for (let column = 0; column < 3; column++) {
      const x = cofactor(m, column, row) / determinant;
      inverse[4 * row + column] = x;
      shift -= x * entry(m, column, 3);
    }
    inverse[4 * row + 3] = shift;
  }
  return [...m, ...inverse].every((x) => Math.abs(x) <= 1e15) && determinant !== 0 ? inverse : null;
}

/** Largest row sum of |to world| · |to mesh|: how roundings of a point grow on its way to the mesh and back. 1 without rotation. */
function stretchOf(toWorld: Float32Array, toMesh: Float32Array): number {
  const sums = [0, 1, 2].map((row) => {
    let sum = 0;
    for (let k = 0; k < 3; k++) {
      const there = Math.abs(entry(toMesh, k, 0)) + Math.abs(entry(toMesh, k, 1)) + Math.abs(entry(toMesh, k, 2));
      sum += Math.abs(entry(toWorld, row, k)) * there;
    }
    return sum;
  });
  return Math.max(...sums);
}

/** Largest coordinate (m) of |to world| · |the inverse's translation|: what cancels out where a mesh lies far from its origin. */
function shiftOf(toWorld: Float32Array, toMesh: Float32Array): number {
  const rows = [0, 1, 2].map((row) =>
    [0, 1, 2].reduce((sum, k) => sum + Math.abs(entry(toWorld, row, k) * entry(toMesh, k, 3)), 0),
  );
  return Math.max(...rows);
}

/** Min xyz, max xyz. */
function worldBox({ min, max }: Bounds, toWorld: Float32Array): number[] {
  const low: number[] = [];
  const high: number[] = [];
  for (let row = 0; row < 3; row++) {
    const shift = entry(toWorld, row, 3);
    let [from, to, size] = [shift, shift, Math.abs(shift)];
    for (const axis of [0, 1, 2] as const) {
      const [a, b] = [entry(toWorld, row, axis) * min[axis], entry(toWorld, row, axis) * max[axis]];
      from += Math.min(a, b);
      to += Math.max(a, b);
      size += Math.max(Math.abs(a), Math.abs(b));
    }
    low.push(from - size * BOX_SLACK);
    high.push(to + size * BOX_SLACK);
  }
  return [...low, ...high];
}
