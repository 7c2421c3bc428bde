import type { Corners } from './bvh/clip.js';
import { type Bounds, boundsOf, type Grid, gridOver, referencesTo } from './bvh/grid.js';
import { type GrownTree, growTree, type LeafSizes, VISIT_COST } from './bvh/grow.js';
import { faces, origin, REFERENCE_WORDS, sides, wordsArea } from './bvh/references.js';
import { LEAF_COUNT_SHIFT, LEAF_FLAG } from './layout.js';

export type { Corners } from './bvh/clip.js';
export type { Grid } from './bvh/grid.js';

/**
 * A bounding volume hierarchy by binned surface area heuristic (Wald, "On fast construction of SAH-based bounding volume
 * hierarchies", 2007), with splits in space where they pay (Stich et al., "Spatial splits in bounding volume hierarchies",
 * 2009). Boxes are rounded outwards to a 15-bit grid over the whole scene before the tree is built: it is made of small
 * integers, and its costs are those of the boxes that rays will meet.
 *
 * 1. Every triangle is in exactly one leaf and inside of the boxes of all its ancestors; or, where splits in space cut it,
 *    in several leaves, and every point of it is inside of the boxes above one of them. No leaf has it twice.
 * 2. No path from the root is longer than SAH_DEPTH splits by the heuristic plus the halvings that any count needs, so a
 *    stack of MAX_STACK always suffices.
 * 3. Equal input gives equal output, bit for bit, on every machine: only + − × ÷ and comparisons.
 */

/** Splits in space may add as many references as there are triangles, but no more than this. */
const MAX_SPATIAL_GROWTH = 2 ** 18;
/** They take several times as long as all the rest: not for scenes of more triangles. */
const MAX_SPATIAL_TRIANGLES = 2 ** 20;
/** They are tried where so large a share of the tree's cost is room in triangles' boxes that the triangles do not fill. */
const WORTH_TRYING = 0.06;
/** They are kept where they leave no more than this share of the cost. */
const WORTH_KEEPING = 0.96;

export interface Bvh extends GrownTree {
  readonly grid: Grid;
  readonly bounds: Bounds;
}

export interface BvhOptions {
  /** For splits in space; without them there are none. */
  readonly corners?: Corners;
  readonly leaves?: LeafSizes;
}

/**
 * @param boxes min xyz, max xyz a triangle; finite
 * @returns nodes of NODE_WORDS as in layout.ts, at least one; `stack` counts the sentinel at its bottom too
 */
export function buildBvh(boxes: Float32Array, { corners, leaves }: BvhOptions = {}): Bvh {
  const count = boxes.length / 6;
  const bounds = boundsOf(boxes);
  const grid = gridOver(bounds);
  const [x, y, z] = grid.cell;
  origin.set(grid.origin);
  sides.set([x, y, z]);
  faces.set([x * y, y * z, z * x]);
  const sizes = leaves && { leaves };
  const plain = growTree(referencesTo(boxes, grid, count), count, sizes);
  const tree = corners && count <= MAX_SPATIAL_TRIANGLES ? cheaper(plain, boxes, grid, { corners, ...sizes }) : plain;
  return { ...tree, grid, bounds };
}

function cheaper(
  plain: GrownTree,
  boxes: Float32Array,
  grid: Grid,
  options: BvhOptions & { readonly corners: Corners },
): GrownTree {
  const cost = costOf(plain.nodes);
  const count = boxes.length / 6;
  const spare = Math.min(count, MAX_SPATIAL_GROWTH);
  const references = referencesTo(boxes, grid, count + spare);
  if (!(unfilled(references, count, options.corners) > WORTH_TRYING * cost)) return plain;
  const cut = growTree(references, count, { ...options, spare });
  return costOf(cut.nodes) <= WORTH_KEEPING * cost ? cut : plain;
}

/** Half areas (m²) of all nodes but the root, and of all leaves times their triangles: what random rays pay, but for a factor. */
function costOf(nodes: Uint32Array): number {
  let cost = 0;
  for (let at = 0; at < nodes.length; at += 4) {
    const reference = nodes[at + 3] ?? 0;
    const tests = reference < LEAF_FLAG ? VISIT_COST : (reference >>> LEAF_COUNT_SHIFT) & 15;
    if (tests > 0) cost += tests * wordsArea(nodes[at] ?? 0, nodes[at + 1] ?? 0, nodes[at + 2] ?? 0);
  }
  return cost;
}

/**
 * Half areas (m²) of triangles' boxes beyond what a triangle fills at best: its shadows along the axes fill half of a flat
 * box at most, so that twice their areas count as filled.
 */
function unfilled(references: Int32Array, count: number, { positions, indices, triangles }: Corners): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const at = REFERENCE_WORDS * i;
    const first = 3 * (triangles[i] ?? 0);
    const [a, b, c] = [3 * (indices[first] ?? 0), 3 * (indices[first + 1] ?? 0), 3 * (indices[first + 2] ?? 0)];
    const ux = (positions[b] ?? 0) - (positions[a] ?? 0);
    const uy = (positions[b + 1] ?? 0) - (positions[a + 1] ?? 0);
    const uz = (positions[b + 2] ?? 0) - (positions[a + 2] ?? 0);
    const vx = (positions[c] ?? 0) - (positions[a] ?? 0);
    const vy = (positions[c + 1] ?? 0) - (positions[a + 1] ?? 0);
    const vz = (positions[c + 2] ?? 0) - (positions[a + 2] ?? 0);
    const filled = Math.abs(uy * vz - uz * vy) + Math.abs(uz * vx - ux * vz) + Math.abs(ux * vy - uy * vx);
    sum += Math.max(0, wordsArea(references[at] ?? 0, references[at + 1] ?? 0, references[at + 2] ?? 0) - filled);
  }
  return sum;
}
