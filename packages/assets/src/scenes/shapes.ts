import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { add, cross, dot, normalize, scale, subtract } from '../math/vec3.js';

/** A piece of mesh: flat xyz, xyz and uv lists, and counter-clockwise triangles. */
export interface Shape {
  readonly positions: Float32Array;
  /** Unit, outward. */
  readonly normals: Float32Array;
  readonly uvs: Float32Array;
  readonly indices: Uint32Array;
}

/** A flat quad with the corners in order around it, seen from the side where `towards` lies. uv runs 0 to 1. */
export function quad(corners: readonly [Vec3, Vec3, Vec3, Vec3], towards: Vec3): Shape {
  const [a, b, c, d] = corners;
  const normal = normalize(cross(subtract(b, a), subtract(d, a)), [0, 1, 0]);
  const facing = dot(normal, subtract(towards, a)) >= 0;
  const front = facing ? normal : scale(normal, -1);
  return {
    positions: Float32Array.from([a, b, c, d].flat()),
    normals: Float32Array.from([front, front, front, front].flat()),
    uvs: Float32Array.of(0, 1, 1, 1, 1, 0, 0, 0),
    indices: Uint32Array.from(facing ? [0, 1, 2, 0, 2, 3] : [0, 2, 1, 0, 3, 2]),
  };
}

/** A rectangle of `width` × `height` around `center`, its front towards `target`. Upright where it can be. */
export function panel(center: Vec3, target: Vec3, width: number, height: number): Shape {
  const forward = normalize(subtract(target, center), [0, -1, 0]);
  const level: Vec3 = Math.abs(forward[1]) > 0.999 ? [0, 0, 1] : [0, 1, 0];
  const right = normalize(cross(forward, level), [1, 0, 0]);
  const up = cross(right, forward);
  const corner = (x: number, y: number): Vec3 =>
    add(center, add(scale(right, (x * width) / 2), scale(up, (y * height) / 2)));
  return quad([corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)], target);
}

/** A sphere of `segments` meridians and `rings` parallels: 2 · segments · (rings − 1) triangles, normals outward. */
export function sphere(center: Vec3, radius: number, segments: number, rings: number): Shape {
  const columns = segments + 1;
  const count = columns * (rings + 1);
  const shape = {
    positions: new Float32Array(count * 3),
    normals: new Float32Array(count * 3),
    uvs: new Float32Array(count * 2),
  };
  for (let i = 0; i < count; i++) {
    const [u, v] = [(i % columns) / segments, Math.floor(i / columns) / rings];
    const normal: Vec3 = [
      -Math.cos(u * 2 * Math.PI) * Math.sin(v * Math.PI),
      Math.cos(v * Math.PI),
      Math.sin(u * 2 * Math.PI) * Math.sin(v * Math.PI),
    ];
    shape.positions.set(add(center, scale(normal, radius)), i * 3);
    shape.normals.set(normal, i * 3);
    shape.uvs.set([u, v], i * 2);
  }
  const indices: number[] = [];
  for (let r = 0; r < rings; r++) {
    for (let s = 0; s < segments; s++) {
      const [above, below] = [r * columns + s, (r + 1) * columns + s];
      // At the poles one of the two triangles has no area.
      if (r > 0) indices.push(above, below + 1, above + 1);
      if (r < rings - 1) indices.push(above, below, below + 1);
    }
  }
  return { ...shape, indices: Uint32Array.from(indices) };
}

/** A standing cylinder with a top and no bottom; `base` is the middle of its foot. */
export function pillar(base: Vec3, radius: number, height: number, segments: number): Shape {
  const at = (k: number, y: number): Vec3 => {
    const angle = (k / segments) * 2 * Math.PI;
    return [base[0] + radius * Math.cos(angle), base[1] + y, base[2] - radius * Math.sin(angle)];
  };
  const top: Vec3 = add(base, [0, height, 0]);
  const positions: number[] = [];
  const normals: number[] = [];
  const put = (point: Vec3, normal: Vec3) => {
    positions.push(...point);
    normals.push(...normal);
  };
  for (let k = 0; k < segments; k++) {
    const side = (j: number): Vec3 => normalize(subtract(at(j, 0), base), [1, 0, 0]);
    const next = k + 1;
    for (const [j, y] of [
      [k, 0],
      [next, 0],
      [next, height],
      [k, 0],
      [next, height],
      [k, height],
    ] as const)
      put(at(j, y), side(j));
    for (const point of [top, at(k, height), at(next, height)]) put(point, [0, 1, 0]);
  }
  return {
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    uvs: new Float32Array((positions.length / 3) * 2),
    indices: Uint32Array.from({ length: positions.length / 3 }, (_, i) => i),
  };
}

/**
 * A photographer's backdrop: a floor from z = `front` to `back`, a quarter circle of `bend`, and a wall up to `top`, `width`
 * wide around x = 0, facing up and to the front. u runs across, v from the front edge (0) along the floor and up (1).
 */
export function backdrop(width: number, front: number, back: number, bend: number, top: number): Shape {
  const STEPS = 24;
  const profile: { y: number; z: number; ny: number; nz: number }[] = [{ y: 0, z: front, ny: 1, nz: 0 }];
  for (let i = 0; i <= STEPS; i++) {
    const angle = (i / STEPS) * (Math.PI / 2);
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    profile.push({ y: bend * (1 - cos), z: back + bend - bend * sin, ny: cos, nz: sin });
  }
  profile.push({ y: top, z: back, ny: 0, nz: 1 });
  const lengths = profile.map((p, i) => {
    const before = profile[i - 1];
    return before ? Math.hypot(p.y - before.y, p.z - before.z) : 0;
  });
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let along = 0;
  const rows = profile.map((p, i) => {
    along += lengths[i] ?? 0;
    return { ...p, v: along / total };
  });
  const sides = [-1, 1] as const;
  const indices = rows.slice(1).flatMap((_, i) => {
    const [a, b, c, d] = [i * 2, i * 2 + 1, i * 2 + 3, i * 2 + 2];
    return [a, b, c, a, c, d];
  });
  return {
    positions: Float32Array.from(rows.flatMap(({ y, z }) => sides.flatMap((side) => [(side * width) / 2, y, z]))),
    normals: Float32Array.from(rows.flatMap(({ ny, nz }) => sides.flatMap(() => [0, ny, nz]))),
    uvs: Float32Array.from(rows.flatMap(({ v }) => sides.flatMap((side) => [(side + 1) / 2, v]))),
    indices: Uint32Array.from(indices),
  };
}
