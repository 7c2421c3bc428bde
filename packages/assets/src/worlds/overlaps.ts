import { boundsOf } from '@tabgrid/webgpu-kernels/physics/world';
import { AssetError } from '../asset-error.js';
import { MOST_OVERLAP } from './limits.js';
import { depthBelow, depthOf, type Solid } from './overlap.js';
import { called, type ShownBody, type ShownWorld } from './shown-world.js';

/**
 * Bodies that overlap are thrown apart in the first substep: a world must not begin with them. Candidates come from a grid of
 * several levels: a body lies in the level whose cells are just as wide as it, and is compared with what lies in the 27
 * cells around its middle, in its own level and in all coarser ones.
 */

/** Contact that is meant often overlaps by rounding, m. */
const ROUNDING_M = 1e-4;

/** @throws AssetError for the first pair that overlaps by more than a small share of the smaller one */
export function checkOverlaps({ bodies, planes, statics }: ShownWorld): void {
  const allowed = bodies.map((body) => Math.max(ROUNDING_M, MOST_OVERLAP * leastHalf(body)));
  const bounds = bodies.map(({ shape }) => boundsOf(shape));
  const boxes = statics.map((box, k) => ({
    solid: { ...box, shape: { kind: 'box' as const, half: box.half } },
    bounds: Math.hypot(...box.half),
    what: called('static', k, box.name),
  }));
  const refuse = (i: number, other: string, depth: number): never => {
    const by = depth >= 0.1 ? `${depth.toPrecision(3)} m` : `${(depth * 1000).toPrecision(3)} mm`;
    throw new AssetError(
      `At the start, body ${i}${named(bodies[i])} overlaps ${other} by ${by}: move it that far away, or make it smaller.`,
    );
  };
  bodies.forEach((body, i) => {
    const most = allowed[i] ?? 0;
    planes.forEach((plane, k) => {
      const depth = depthBelow(body, plane);
      if (depth > most) refuse(i, called('plane', k, plane.name), depth);
    });
    for (const box of boxes) {
      if (!near(body, box.solid, (bounds[i] ?? 0) + box.bounds)) continue;
      const depth = depthOf(body, box.solid);
      if (depth > most) refuse(i, box.what, depth);
    }
  });
  eachNearPair(bodies, bounds, (i, j) => {
    const [a, b] = [bodies[i], bodies[j]];
    if (!a || !b || !near(a, b, (bounds[i] ?? 0) + (bounds[j] ?? 0))) return;
    const depth = depthOf(a, b);
    const [first, second] = i < j ? [i, j] : [j, i];
    if (depth > Math.min(allowed[i] ?? 0, allowed[j] ?? 0)) {
      refuse(first, called('body', second, bodies[second]?.name), depth);
    }
  });
}

function named(body: ShownBody | undefined): string {
  return body?.name ? ` ("${body.name.slice(0, 64)}")` : '';
}

function leastHalf({ shape }: ShownBody): number {
  return shape.kind === 'sphere' ? shape.radius : Math.min(...shape.half);
}

function near({ position: a }: Solid, { position: b }: Solid, reach: number): boolean {
  const [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
  return x * x + y * y + z * z < reach * reach;
}

/** Calls back for every pair whose bounds may touch, some of them more than once. */
function eachNearPair(bodies: readonly Solid[], bounds: readonly number[], meet: (i: number, j: number) => void): void {
  // Cells of level k are 2^k m wide, at least as wide as the bodies in them.
  const levels = Int32Array.from(bounds, (radius) => Math.ceil(Math.log2(2 * radius)));
  const present = [...new Set(levels)].sort((a, b) => a - b);
  const bits = Math.ceil(Math.log2(2 * bodies.length + 1));
  const heads = new Int32Array(2 ** bits).fill(-1);
  const nexts = new Int32Array(bodies.length);
  // Cells that share a slot cost comparisons, and nothing else.
  const slotOf = (x: number, y: number, z: number, level: number) => {
    const sum = Math.imul(x, 73_856_093) + Math.imul(y, 19_349_663) + Math.imul(z, 83_492_791) + level * 2_654_435;
    return Math.imul(sum, 0x9e3779b1) >>> (32 - bits);
  };
  bodies.forEach(({ position: [x, y, z] }, i) => {
    const level = levels[i] ?? 0;
    const width = 2 ** level;
    const slot = slotOf(Math.floor(x / width), Math.floor(y / width), Math.floor(z / width), level);
    nexts[i] = heads[slot] ?? -1;
    heads[slot] = i;
  });
  bodies.forEach(({ position: [x, y, z] }, i) => {
    const own = levels[i] ?? 0;
    for (const level of present) {
      if (level < own) continue;
      const width = 2 ** level;
      const [cx, cy, cz] = [Math.floor(x / width) - 1, Math.floor(y / width) - 1, Math.floor(z / width) - 1];
      for (let k = 0; k < 27; k++) {
        const slot = slotOf(cx + (k % 3), cy + (Math.floor(k / 3) % 3), cz + Math.floor(k / 9), level);
        for (let j = heads[slot] ?? -1; j >= 0; j = nexts[j] ?? -1) {
          // Of its own level, each pair from one side.
          if (levels[j] === level && (level > own || j > i)) meet(i, j);
        }
      }
    }
  });
}
