import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import bunny from 'bunny';
import { backdrop, panel, pillar, quad, type Shape, sphere } from './shapes.js';
import { createStage } from './stage.js';
import { type BareMesh, smoothNormals, subdivide } from './subdivide.js';

const HEIGHT_M = 1.2;
const PEDESTAL_M = 0.14;
/** The room, metres: x from −WALL to WALL, z from BACK to FRONT. */
const WALL = 2.1;
const BACK = -1.7;
const FRONT = 5;
const CEILING = 3.2;

export async function buildBunny(): Promise<Bytes> {
  const stage = createStage('bunny');
  stage.add('bunny', bunnyShape([0.06, PEDESTAL_M, 0], HEIGHT_M), {
    name: 'porcelain',
    color: [0.85, 0.8, 0.73],
    roughness: 0.22,
  });
  stage.add('pedestal', pillar([0, 0, 0], 0.78, PEDESTAL_M, 96), {
    name: 'walnut',
    color: [0.23, 0.12, 0.07],
    roughness: 0.35,
  });
  stage.add('gold', sphere([0.98, 0.2, 0.72], 0.2, 48, 24), {
    name: 'gold',
    color: [1, 0.71, 0.29],
    metallic: 1,
    roughness: 0.16,
  });
  stage.add('marble', sphere([-1.02, 0.14, 0.86], 0.14, 48, 24), {
    name: 'blue glaze',
    color: [0.05, 0.16, 0.42],
    roughness: 0.08,
  });

  const inside: Vec3 = [0, 1, 0];
  const side = (x: number) =>
    quad(
      [
        [x, 0, FRONT],
        [x, 0, BACK],
        [x, CEILING, BACK],
        [x, CEILING, FRONT],
      ],
      inside,
    );
  const lid = quad(
    [
      [-WALL, CEILING, FRONT],
      [WALL, CEILING, FRONT],
      [WALL, CEILING, BACK],
      [-WALL, CEILING, BACK],
    ],
    inside,
  );
  stage.add('backdrop', backdrop(2 * WALL, FRONT, BACK, 0.8, CEILING), {
    name: 'plaster',
    color: [0.74, 0.69, 0.62],
    roughness: 0.9,
  });
  stage.add('left wall', side(-WALL), { name: 'teal', color: [0.07, 0.33, 0.36], roughness: 0.9 });
  stage.add('right wall', side(WALL), { name: 'terracotta', color: [0.62, 0.2, 0.09], roughness: 0.9 });
  stage.add('ceiling', lid, { name: 'ceiling', color: [0.74, 0.72, 0.69], roughness: 0.9 });

  const light = (name: string, from: Vec3, width: number, height: number, radiance: Vec3) =>
    stage.add(name, panel(from, [0, 0.7, 0], width, height), { name, light: radiance });
  light('key', [-1.35, 2.75, 1.7], 0.9, 0.9, [34, 25, 15]);
  light('rim', [1.25, 2.6, -1], 0.5, 0.5, [16, 15, 14]);
  light('fill', [1.7, 1.5, 3.4], 1.2, 1.6, [1.1, 1.4, 1.9]);
  stage.shoot('camera', [0.12, 1.12, 4.3], [0.02, 0.66, 0], 26);
  return stage.toGlb();
}

/** The mesh, smoothed twice, turned a little to the camera, its foot's middle at `base`. */
function bunnyShape(base: Vec3, height: number): Shape {
  const raw: BareMesh = {
    positions: Float64Array.from(bunny.positions.flat()),
    indices: Uint32Array.from(bunny.cells.flat()),
  };
  const mesh = subdivide(subdivide(raw));
  const placed = place(mesh.positions, base, height);
  return {
    positions: Float32Array.from(placed),
    normals: smoothNormals({ positions: placed, indices: mesh.indices }),
    uvs: new Float32Array((placed.length / 3) * 2),
    indices: mesh.indices,
  };
}

const TURN_RADIANS = 0.38;

function place(positions: Float64Array, base: Vec3, height: number): Float64Array {
  const axis = (c: number) => positions.filter((_, i) => i % 3 === c);
  const range = (c: number): [number, number] =>
    axis(c).reduce(([lo, hi], x) => [Math.min(lo, x), Math.max(hi, x)], [Infinity, -Infinity]);
  const [[x0, x1], [y0, y1], [z0, z1]] = [range(0), range(1), range(2)];
  const factor = height / (y1 - y0);
  const [sin, cos] = [Math.sin(TURN_RADIANS), Math.cos(TURN_RADIANS)];
  const out = new Float64Array(positions.length);
  for (let i = 0; i < out.length; i += 3) {
    const x = ((positions[i] ?? 0) - (x0 + x1) / 2) * factor;
    const y = ((positions[i + 1] ?? 0) - y0) * factor;
    const z = ((positions[i + 2] ?? 0) - (z0 + z1) / 2) * factor;
    out.set([base[0] + cos * x + sin * z, base[1] + y, base[2] - sin * x + cos * z], i);
  }
  return out;
}
