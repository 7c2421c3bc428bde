import type { CameraSource, InstancedMesh, SceneSource, Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { add, cross, dot, scale, subtract, vec3At } from './math/vec3.js';

type Scene = Pick<SceneSource, 'positions' | 'indices' | 'instances'>;
type Ray = { readonly origin: Vec3; readonly direction: Vec3 };

/**
 * What stands in the middle of a camera's picture: where its middle ray first meets a triangle, world space; null where it
 * meets none. Every triangle counts, see-through or not. Takes time in proportion to the triangles.
 */
export function middleHit(scene: Scene, camera: Pick<CameraSource, 'position' | 'forward'>): Vec3 | null {
  const ray: Ray = { origin: camera.position, direction: camera.forward };
  const flat = scene.instances?.[0]?.firstTriangle ?? scene.indices.length / 3;
  let nearest = nearestHit(scene, ray, 0, flat, Infinity);
  for (const mesh of scene.instances ?? []) {
    const ball = boundingBall(scene, mesh);
    for (let at = 0; at < mesh.transforms.length; at += 12) {
      const rows = mesh.transforms.subarray(at, at + 12);
      if (!mayMeet(ray, placedBall(rows, ball), nearest)) continue;
      const local = toLocal(rows, ray);
      if (local) nearest = nearestHit(scene, local, mesh.firstTriangle, mesh.triangleCount, nearest);
    }
  }
  return nearest < Infinity ? add(ray.origin, scale(ray.direction, nearest)) : null;
}

/**
 * Distance along the ray, in lengths of its direction (Möller and Trumbore 1997); `most` where nothing is nearer. In plain
 * numbers: it looks at millions of triangles.
 */
function nearestHit({ positions, indices }: Scene, ray: Ray, first: number, count: number, most: number): number {
  const [ox, oy, oz] = ray.origin;
  const [dx, dy, dz] = ray.direction;
  let nearest = most;
  for (let i = first * 3; i < (first + count) * 3; i += 3) {
    const a = (indices[i] ?? 0) * 3;
    const b = (indices[i + 1] ?? 0) * 3;
    const c = (indices[i + 2] ?? 0) * 3;
    const ax = positions[a] ?? 0;
    const ay = positions[a + 1] ?? 0;
    const az = positions[a + 2] ?? 0;
    const ux = (positions[b] ?? 0) - ax;
    const uy = (positions[b + 1] ?? 0) - ay;
    const uz = (positions[b + 2] ?? 0) - az;
    const vx = (positions[c] ?? 0) - ax;
    const vy = (positions[c + 1] ?? 0) - ay;
    const vz = (positions[c + 2] ?? 0) - az;
    const px = dy * vz - dz * vy;
    const py = dz * vx - dx * vz;
    const pz = dx * vy - dy * vx;
    const determinant = ux * px + uy * py + uz * pz;
    if (determinant === 0) continue;
    const fx = ox - ax;
    const fy = oy - ay;
    const fz = oz - az;
    const u = (fx * px + fy * py + fz * pz) / determinant;
    if (!(u >= 0 && u <= 1)) continue;
    const qx = fy * uz - fz * uy;
    const qy = fz * ux - fx * uz;
    const qz = fx * uy - fy * ux;
    const v = (dx * qx + dy * qy + dz * qz) / determinant;
    if (!(v >= 0 && u + v <= 1)) continue;
    const t = (vx * qx + vy * qy + vz * qz) / determinant;
    if (t > LEAST_DISTANCE && t < nearest) nearest = t;
  }
  return nearest;
}

/** Metres: what is nearer is the camera's own housing. */
const LEAST_DISTANCE = 1e-6;

interface Ball {
  readonly middle: Vec3;
  readonly radius: number;
}

function boundingBall({ positions, indices }: Scene, mesh: InstancedMesh): Ball {
  const corners = indices.subarray(mesh.firstTriangle * 3, (mesh.firstTriangle + mesh.triangleCount) * 3);
  const [low, high] = [
    [Infinity, Infinity, Infinity],
    [-Infinity, -Infinity, -Infinity],
  ];
  for (const corner of corners) {
    vec3At(positions, corner).forEach((x, axis) => {
      low[axis] = Math.min(low[axis] ?? x, x);
      high[axis] = Math.max(high[axis] ?? x, x);
    });
  }
  const [from, to] = [vec3At(low, 0), vec3At(high, 0)];
  return { middle: scale(add(from, to), 0.5), radius: Math.hypot(...subtract(to, from)) / 2 };
}

type Rows = Float32Array;
const row = (m: Rows, r: number): Vec3 => [m[r * 4] ?? 0, m[r * 4 + 1] ?? 0, m[r * 4 + 2] ?? 0];
const shift = (m: Rows): Vec3 => [m[3] ?? 0, m[7] ?? 0, m[11] ?? 0];

/** Not smaller than it is: the matrix' own norm bounds how far it stretches. */
function placedBall(m: Rows, { middle, radius }: Ball): Ball {
  const stretch = Math.hypot(...row(m, 0), ...row(m, 1), ...row(m, 2));
  const turned: Vec3 = [dot(row(m, 0), middle), dot(row(m, 1), middle), dot(row(m, 2), middle)];
  return { middle: add(turned, shift(m)), radius: radius * stretch };
}

function mayMeet({ origin, direction }: Ray, { middle, radius }: Ball, before: number): boolean {
  const to = subtract(middle, origin);
  const along = dot(to, direction);
  if (along + radius < 0 || along - radius > before) return false;
  return Math.hypot(...subtract(to, scale(direction, along))) <= radius;
}

/** The ray in the mesh's space: distances along it stay the same. */
function toLocal(m: Rows, { origin, direction }: Ray): Ray | null {
  const [a, b, c] = [row(m, 0), row(m, 1), row(m, 2)];
  const determinant = dot(a, cross(b, c));
  if (determinant === 0) return null;
  // The columns of the inverse are cross products of the rows.
  const inverse = [cross(b, c), cross(c, a), cross(a, b)] as const;
  const apply = ([x, y, z]: Vec3): Vec3 =>
    scale(add(add(scale(inverse[0], x), scale(inverse[1], y)), scale(inverse[2], z)), 1 / determinant);
  return { origin: apply(subtract(origin, shift(m))), direction: apply(direction) };
}
