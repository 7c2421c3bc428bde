import { lengthOf, scaled, UNIT_BITS, unitOf } from './fixed.js';
import {
  type Axes,
  crossScaled,
  dotUnit,
  minus,
  negated,
  ONE,
  outOf,
  plus,
  timesUnit,
  unitAlong,
  type Vector,
  within,
  ZERO,
} from './vectors.js';

/** Where bodies touch, in plain JavaScript; `wgsl/geometry.wgsl.ts` finds the same, word for word. */

/** Lengths count positions' units. */
export interface Solid {
  readonly round: boolean;
  /** Half extents along the body's own axes; a sphere's are its radius. */
  readonly half: Vector;
  readonly position: Vector;
  readonly axes: Axes;
}

/** One of the places where a pair touches. */
export interface Place {
  /** Which of them, so that it is found again in the next substep. */
  readonly feature: number;
  /** Between the surfaces; negative where they overlap. */
  readonly gap: number;
  /** From the first body's centre. */
  readonly at: Vector;
}

export interface Touch {
  /** From the first to the second, at all places. */
  readonly normal: Vector;
  /** `MOST_PLACES` at most. */
  readonly places: readonly Place[];
}

const NOWHERE: Touch = { normal: ZERO, places: [] };

/** Places where a pair touches that are kept at most. */
export const MOST_PLACES = 4;
/**
 * What has to make a difference: an axis of the second body, or of two edges, is so much better than one of the first, and a
 * corner lies so far beyond the other's face before it is cut off. Else contacts change their names all the time. About 1 mm.
 */
export const BETTER_BY = 1000;
/** Edges of which the sine of the angle is smaller are parallel. */
export const PARALLEL = ONE / 16;
export const EDGES = 16;

/** @param reach gaps beyond it are none */
export function touchOf(a: Solid, b: Solid, reach: number): Touch {
  if (a.round && b.round) return spheres(a, b, reach);
  if (a.round) return sphereAndBox(a, b, reach);
  if (b.round) return turnedRound(sphereAndBox(b, a, reach), minus(b.position, a.position));
  return boxes(a, b, reach);
}

function spheres(a: Solid, b: Solid, reach: number): Touch {
  const d = minus(b.position, a.position);
  const together = a.half[0] + b.half[0];
  if (beyond(d, together + reach)) return NOWHERE;
  const length = lengthOf(...d);
  if (length - together >= reach) return NOWHERE;
  const normal: Vector = length === 0 ? [0, ONE, 0] : unitAlong(d, length);
  return { normal, places: [{ feature: 0, gap: length - together, at: timesUnit(normal, a.half[0]) }] };
}

const beyond = (d: Vector, most: number) => d.some((x) => Math.abs(x) > most);

/** @returns the touch as the sphere has it */
function sphereAndBox(sphere: Solid, box: Solid, reach: number): Touch {
  const radius = sphere.half[0];
  const at = within(minus(sphere.position, box.position), box.axes);
  const nearest = at.map((x, k) => clamp(x, box.half[k] ?? 0)) as unknown as Vector;
  const off = minus(at, nearest);
  if (beyond(off, radius + reach)) return NOWHERE;
  const length = lengthOf(...off);
  if (length - radius >= reach) return NOWHERE;
  let out = unitAlong(off, Math.max(1, length));
  let gap = length - radius;
  if (length === 0) {
    // The centre is within: out by the nearest face.
    let face = 0;
    const depth = (k: number) => (box.half[k] ?? 0) - Math.abs(at[k] ?? 0);
    for (const k of [1, 2]) if (depth(k) < depth(face)) face = k;
    const up = (at[face] ?? 0) < 0 ? -ONE : ONE;
    out = [face === 0 ? up : 0, face === 1 ? up : 0, face === 2 ? up : 0];
    gap = -depth(face) - radius;
  }
  const normal = negated(outOf(out, box.axes));
  return { normal, places: [{ feature: 0, gap, at: timesUnit(normal, radius) }] };
}

const clamp = (x: number, most: number) => Math.max(-most, Math.min(most, x));

const absUnit = (length: number, cosine: number) => scaled(length, Math.abs(cosine), UNIT_BITS);

/** How far a box reaches along a unit vector. */
const extent = ({ half, axes }: Solid, along: Vector) =>
  absUnit(half[0], dotUnit(axes[0], along)) +
  absUnit(half[1], dotUnit(axes[1], along)) +
  absUnit(half[2], dotUnit(axes[2], along));

/** Separating axes (Gottschalk, Lin, Manocha 1996), then the faces clipped, or the two edges. */
function boxes(a: Solid, b: Solid, reach: number): Touch {
  const d = minus(b.position, a.position);
  let best = -0x7fffffff;
  let face = 0;
  for (let k = 0; k < 6; k++) {
    const axis = k < 3 ? axisOf(a, k) : axisOf(b, k - 3);
    const apart = Math.abs(dotUnit(d, axis)) - extent(a, axis) - extent(b, axis);
    if (apart >= reach) return NOWHERE;
    // The first of the second body's has to be better by some than all of the first one's.
    if (apart > best + (k < 3 ? 0 : BETTER_BY)) [best, face] = [apart, k];
  }
  let edge = -1;
  let along: Vector = ZERO;
  let least = best + BETTER_BY;
  for (let k = 0; k < 9; k++) {
    const cross = crossScaled(axisOf(a, Math.floor(k / 3)), axisOf(b, k % 3), UNIT_BITS);
    const length = lengthOf(...cross);
    if (length < PARALLEL) continue;
    const axis = unitAlong(cross, length);
    const apart = Math.abs(dotUnit(d, axis)) - extent(a, axis) - extent(b, axis);
    if (apart >= reach) return NOWHERE;
    if (apart > least) [least, edge, along] = [apart, k, axis];
  }
  if (edge >= 0) return edges(a, b, d, edge, dotUnit(d, along) < 0 ? negated(along) : along);
  return face < 3 ? faces(a, b, d, face, reach) : turnedRound(faces(b, a, negated(d), face - 3, reach), d);
}

const axisOf = ({ axes }: Solid, k: number): Vector => axes[k] ?? ZERO;
const halfOf = ({ half }: Solid, k: number): number => half[k] ?? 0;

/** Where the edge of a box is that lies farthest along a vector, without its part along its own direction. */
function edgeOf(box: Solid, own: number, along: Vector): Vector {
  let at = ZERO;
  for (let k = 0; k < 3; k++) {
    if (k === own) continue;
    const axis = axisOf(box, k);
    at = plus(at, timesUnit(axis, dotUnit(axis, along) < 0 ? -halfOf(box, k) : halfOf(box, k)));
  }
  return at;
}

function edges(a: Solid, b: Solid, d: Vector, edge: number, normal: Vector): Touch {
  const [i, k] = [Math.floor(edge / 3), edge % 3];
  const [u, v] = [axisOf(a, i), axisOf(b, k)];
  const from = edgeOf(a, i, normal);
  const to = plus(d, edgeOf(b, k, negated(normal)));
  // Nearest points of two lines (Ericson, "Real-Time Collision Detection", 5.1.8), within both edges.
  const w = minus(to, from);
  const c = dotUnit(u, v);
  const [wu, wv] = [dotUnit(w, u), dotUnit(w, v)];
  const sine = ONE - scaled(c, c, UNIT_BITS);
  const onA = quotient((wu - scaled(wv, c, UNIT_BITS)) | 0, sine, halfOf(a, i));
  const onB = quotient((scaled(wu, c, UNIT_BITS) - wv) | 0, sine, halfOf(b, k));
  const [p, q] = [plus(from, timesUnit(u, onA)), plus(to, timesUnit(v, onB))];
  const gap = dotUnit(minus(q, p), normal);
  return { normal, places: [{ feature: EDGES + edge, gap, at: plus(p, timesUnit(normal, gap >> 1)) }] };
}

/** x ÷ share, no farther from 0 than a limit. @param share in 2^-UNIT_BITS, positive */
function quotient(x: number, share: number, limit: number): number {
  const most = scaled(limit, share, UNIT_BITS);
  if (Math.abs(x) >= most) return x < 0 ? -limit : limit;
  return scaled(limit, unitOf(x, most), UNIT_BITS);
}

interface Corner {
  readonly id: number;
  readonly at: Vector;
}

/** A face of `a` that stands out, and the face of `b` that looks at it, clipped by its sides. */
function faces(a: Solid, b: Solid, d: Vector, face: number, reach: number): Touch {
  const out = dotUnit(d, axisOf(a, face)) < 0 ? -1 : 1;
  // In the axes of `a`, turned so that the face is the third one's.
  const order: readonly [number, number, number] = [(face + 1) % 3, (face + 2) % 3, face];
  const [x, y] = [axisOf(a, order[0]), axisOf(a, order[1])];
  const z = out < 0 ? negated(axisOf(a, face)) : axisOf(a, face);
  const inA = (v: Vector): Vector => [dotUnit(v, x), dotUnit(v, y), dotUnit(v, z)];
  const columns = [inA(axisOf(b, 0)), inA(axisOf(b, 1)), inA(axisOf(b, 2))] as const;
  let facing = 0;
  for (const k of [1, 2]) {
    if (Math.abs(columns[k as 1 | 2][2]) > Math.abs(columns[facing as 0 | 1 | 2][2])) facing = k;
  }
  const column = (k: number): Vector => columns[k as 0 | 1 | 2];
  const [s, t] = [(facing + 1) % 3, (facing + 2) % 3];
  const toward = column(facing)[2] > 0 ? -halfOf(b, facing) : halfOf(b, facing);
  const middle = plus(inA(d), timesUnit(column(facing), toward));
  const [along, across] = [timesUnit(column(s), halfOf(b, s)), timesUnit(column(t), halfOf(b, t))];
  let polygon: readonly Corner[] = [
    { id: 0, at: plus(plus(middle, along), across) },
    { id: 1, at: plus(minus(middle, along), across) },
    { id: 2, at: minus(minus(middle, along), across) },
    { id: 3, at: minus(plus(middle, along), across) },
  ];
  for (let side = 0; side < 4; side++)
    polygon = clipped(polygon, side, halfOf(a, order[(side >> 1) as 0 | 1]) + BETTER_BY);
  const height = halfOf(a, face);
  const near = polygon.filter(({ at }) => at[2] - height < reach);
  const places = outermost(near).map(({ id, at }): Place => {
    const gap = at[2] - height;
    return {
      feature: EDGES * (2 + face) + 0x100 * facing + 0x400 * id,
      gap,
      at: plus(plus(timesUnit(x, at[0]), timesUnit(y, at[1])), timesUnit(z, height + (gap >> 1))),
    };
  });
  return { normal: z, places };
}

/** What of a polygon is on the inner side of one of four lines (Sutherland and Hodgman 1974). */
function clipped(polygon: readonly Corner[], side: number, limit: number): readonly Corner[] {
  const axis = (side >> 1) as 0 | 1;
  const sign = side % 2 === 0 ? 1 : -1;
  const over = ({ at }: Corner) => sign * at[axis] - limit;
  const found: Corner[] = [];
  polygon.forEach((corner, i) => {
    const next = polygon[(i + 1) % polygon.length] ?? corner;
    const [here, there] = [over(corner), over(next)];
    if (here <= 0) found.push(corner);
    if (here <= 0 !== there <= 0) {
      const inner = here <= 0 ? corner : next;
      const outer = here <= 0 ? next : corner;
      const share = unitOf(-over(inner), over(outer) - over(inner));
      const at = plus(inner.at, timesUnit(minus(outer.at, inner.at), share));
      // A side cuts a polygon at two places: one where it goes out, one where it comes in.
      found.push({ id: 4 + 2 * side + (here <= 0 ? 0 : 1), at });
    }
  });
  return found;
}

/** Of more than four the outermost towards four corners. */
function outermost(corners: readonly Corner[]): readonly Corner[] {
  if (corners.length <= MOST_PLACES) return corners;
  const taken: number[] = [];
  for (let k = 0; k < MOST_PLACES; k++) {
    const [x, y] = [k % 2 === 0 ? 1 : -1, k < 2 ? 1 : -1];
    let best = -1;
    corners.forEach(({ at }, i) => {
      if (taken.includes(i)) return;
      const far = x * at[0] + y * at[1];
      const than = corners[best];
      if (!than || far > x * than.at[0] + y * than.at[1]) best = i;
    });
    taken.push(best);
  }
  return corners.filter((_, i) => taken.includes(i));
}

/** Found from the second body, told from the first. */
const turnedRound = ({ normal, places }: Touch, d: Vector): Touch => ({
  normal: negated(normal),
  places: places.map(({ feature, gap, at }) => ({ feature: feature + 0x80, gap, at: plus(at, d) })),
});

/** Where a body meets a half space: at a sphere's lowest point, at the corners of the face of a box that looks at it. */
export function touchOfPlane(
  a: Solid,
  plane: { readonly normal: Vector; readonly offset: number },
  reach: number,
): Touch {
  const normal = negated(plane.normal);
  const height = (dotUnit(a.position, plane.normal) - plane.offset) | 0;
  if (a.round) {
    const gap = (height - a.half[0]) | 0;
    return gap < reach ? { normal, places: [{ feature: 0, gap, at: timesUnit(normal, a.half[0]) }] } : NOWHERE;
  }
  const slope = within(normal, a.axes);
  let face = 0;
  for (const k of [1, 2]) if (Math.abs(slope[k] ?? 0) > Math.abs(slope[face] ?? 0)) face = k;
  const arm = (k: number) => timesUnit(axisOf(a, k), halfOf(a, k));
  const [s, t] = [(face + 1) % 3, (face + 2) % 3];
  const middle = (slope[face] ?? 0) < 0 ? negated(arm(face)) : arm(face);
  const places: Place[] = [];
  for (let corner = 0; corner < 4; corner++) {
    const along = corner % 2 === 0 ? arm(s) : negated(arm(s));
    const across = corner < 2 ? arm(t) : negated(arm(t));
    const at = plus(plus(middle, along), across);
    const gap = (height + dotUnit(at, plane.normal)) | 0;
    if (gap < reach) places.push({ feature: 4 * face + corner, gap, at });
  }
  return { normal, places };
}
