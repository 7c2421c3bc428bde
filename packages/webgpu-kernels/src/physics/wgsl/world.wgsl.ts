import { CONTACT_WORDS } from '../state.js';
import { FIXED } from './fixed.wgsl.js';
import { VECTORS } from './vectors.wgsl.js';

/** What all dispatches of a substep share: the words that they read and write. */

export const WORKGROUP = 64;
/** Planes of a world: what fits a small uniform buffer. */
export const MOST_PLANES = 32;
/** Words that are added up for each body: warm momentum and spin, push, contacts, momentum and spin of impacts, the surroundings' part. */
export const SUM_WORDS = 20;
/** Words before the first body's sums: how many pairs there are in each list. */
export const SUM_HEADER = 4;
/** Words beside the states: substeps so far; pairs and contacts of a body beyond the room for them; what a result tells. Then, of each frame, what was too fast or too deep; then the hashes. */
export const GPU_MARKS = { substep: 0, pairs: 1, slots: 2, fastest: 3 } as const;
export const GPU_MARK_WORDS = 8;
/** Words of a body's provisional state; see `Moving`. */
export const MOVING_WORDS = 20;

/** Shapes of the bodies: spheres alone, both, boxes alone. */
export type Shapes = 'spheres' | 'both' | 'boxes';

export const WORLD = (shapes: Shapes) => /* wgsl */ `${FIXED}${VECTORS}
const PLANE = 0x80000000u;
// Lists hold numbers from 1 on: 0 is their end.
const END = 0u;

struct World {
  // Bodies that move; with those that never do.
  movers: u32,
  bodies: u32,
  planes: u32,
  // Heads of cells' lists: a power of two.
  heads: u32,
  // Contacts of a body with higher ones that are kept.
  slots: u32,
  massShift: u32,
  spinShift: u32,
  leverShift: u32,
  cellShift: u32,
  reach: i32,
  near: i32,
  slop: i32,
  bounceFrom: i32,
  // Pairs that there is room for.
  room: u32,
  // Parts that this one is compared with, and what is compared.
  neighbours: u32,
  watches: u32,
  // Substeps of a frame, and frames.
  every: u32,
  frames: u32,
  // How far any body reaches from its centre.
  widest: i32,
  unused1: u32,
  ground: array<Plane, ${MOST_PLANES}>,
}

struct Plane {
  // w: its offset.
  normal: vec4i,
  friction: i32,
  restitution: i32,
  unused0: i32,
  unused1: i32,
}

struct Body {
  half: vec3i,
  bounds: i32,
  inverseInertia: vec3i,
  inverseMass: i32,
  turn: vec3i,
  round: i32,
  pull: vec3i,
  narrow: i32,
  friction: i32,
  restitution: i32,
  // Whether its state is asked for.
  owned: i32,
  // In the world.
  id: i32,
}

struct State {
  position: vec3i,
  contacts: i32,
  // The fourth words of these two and of warm: what the surroundings gave so far.
  momentum: vec4i,
  spin: vec4i,
  rotation: vec4i,
  warm: vec4i,
  warmSpin: vec4i,
}

// After gravity and the impulses of the substep before; an axis of the body each, and the spin's coordinates with them.
struct Moving {
  x: vec4i,
  y: vec4i,
  z: vec4i,
  velocity: vec3i,
  // Others that its mass is shared out between.
  shares: i32,
  // How far it reaches along the world's axes.
  extent: vec3i,
  unused: i32,
}

@group(0) @binding(0) var<uniform> world: World;
@group(0) @binding(1) var<storage, read> fixed: array<Body>;
@group(0) @binding(2) var<storage, read_write> states: array<State>;
@group(0) @binding(3) var<storage, read_write> movings: array<Moving>;
// Of each body: how many contacts it has (more than slots: too many), then the contacts.
@group(0) @binding(4) var<storage, read_write> contacts: array<atomic<i32>>;
@group(0) @binding(5) var<storage, read> contactsBefore: array<i32>;
@group(0) @binding(6) var<storage, read_write> sums: array<atomic<i32>>;
@group(0) @binding(7) var<storage, read_write> heads: array<atomic<u32>>;
@group(0) @binding(8) var<storage, read_write> nexts: array<u32>;
// The lower body and the other one: what touches at one place from the front, what may touch at more from the end.
@group(0) @binding(9) var<storage, read_write> pairs: array<vec2u>;
// What is told beside the states; see GPU_MARKS.
@group(0) @binding(10) var<storage, read_write> marks: array<atomic<u32>>;
// A body; a neighbour and the last substep.
@group(0) @binding(11) var<storage, read> watches: array<vec2u>;
// Workgroups of the two dispatches over pairs: three words each, and one between.
@group(0) @binding(12) var<storage, read_write> groups: array<vec4u>;
// Positions and rotations where frames end.
@group(0) @binding(13) var<storage, read_write> poses: array<i32>;

fn velocityOf(body: u32, momentum: vec3i) -> vec3i {
  return scaled3(momentum, fixed[body].inverseMass, world.massShift);
}

fn spinOf(body: u32, axes: Axes, angular: vec3i) -> vec3i {
  let inverse = fixed[body].inverseInertia;
${byShape(shapes, ROUND_SPIN, OWN_SPIN)}
}

fn axesAt(body: u32) -> Axes {
  return Axes(movings[body].x.xyz, movings[body].y.xyz, movings[body].z.xyz);
}

fn sizeOf(v: vec3i) -> i32 {
  let a = abs(v);
  return max(max(a.x, a.y), a.z);
}

fn sumsOf(body: u32) -> u32 {
  return ${SUM_HEADER}u + ${SUM_WORDS}u * body;
}

fn add3(at: u32, v: vec3i) {
  atomicAdd(&sums[at], v.x);
  atomicAdd(&sums[at + 1u], v.y);
  atomicAdd(&sums[at + 2u], v.z);
}

fn sum3(at: u32) -> vec3i {
  return vec3i(atomicLoad(&sums[at]), atomicLoad(&sums[at + 1u]), atomicLoad(&sums[at + 2u]));
}

// This frame needs finer substeps.
fn flag() {
  let substep = atomicLoad(&marks[${GPU_MARKS.substep}]) - 1u;
  atomicStore(&marks[${GPU_MARK_WORDS}u + substep / world.every], 1u);
}

fn smallest(body: u32) -> i32 {
  let half = fixed[body].half;
  return min(half.x, min(half.y, half.z));
}

fn startOf(body: u32) -> u32 {
  return body * (1u + ${CONTACT_WORDS}u * world.slots);
}
`;

/** What differs between spheres and boxes, of the body `body`. */
export const byShape = (shapes: Shapes, sphere: string, box: string): string => {
  if (shapes === 'spheres') return sphere;
  return shapes === 'boxes' ? box : `  if (fixed[body].round != 0) {\n${sphere}\n  }\n${box}`;
};

// A sphere turns as easily about any axis.
const ROUND_SPIN = '  return scaled3(angular, inverse.x, world.spinShift);';

const OWN_SPIN = /* wgsl */ `  let own = within(angular, axes);
  return outOf(
    vec3i(
      scaled(own.x, inverse.x, world.spinShift),
      scaled(own.y, inverse.y, world.spinShift),
      scaled(own.z, inverse.z, world.spinShift),
    ),
    axes,
  );`;
