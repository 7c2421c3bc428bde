import type { Bounds } from './bvh/grid.js';
import { type Bvh, buildBvh, type Grid } from './bvh.js';
import { buildUpperLevel, type Instance, type UpperLevel } from './instances.js';
import { LEAF_FLAG, MAX_LEAF_TRIANGLES, NODE_WORDS } from './layout.js';
import { type Part, partsOf } from './parts.js';
import type { SceneSource } from './scene-source.js';
import type { UsableTriangles } from './triangles.js';

/**
 * A scene's trees: one over all triangles in the world; or, where there are instances, one over those in the world and one
 * over the triangles of each mesh, each in its own space and on its own grid, under a tree over the places where they stand.
 * The lower trees and their triangles do not depend on where they stand.
 */
export interface Acceleration {
  readonly nodes: Uint32Array<ArrayBuffer>;
  /** Place in the leaves → triangle of the source. */
  readonly leaves: Uint32Array<ArrayBuffer>;
  /** Of the uppermost tree. */
  readonly grid: Grid;
  readonly bounds: Bounds;
  readonly stack: number;
  /** Null without instances. */
  readonly upper: UpperLevel | null;
  /** Triangles that can be hit, those of a mesh at each of its places. */
  readonly triangles: number;
  /** Places that were left out because no ray finds back from them. */
  readonly droppedPlaces: number;
}

/**
 * @param targetBytes what the nodes should fit into
 * @throws RangeError for ranges of instanced meshes that are not there, or overlap
 */
export function buildAcceleration(source: SceneSource, usable: UsableTriangles, targetBytes: number): Acceleration {
  const { world, meshes, droppedPlaces } = partsOf(source, usable);
  const parts = meshes.length === 0 || world.triangles.length > 0 ? [world, ...meshes] : meshes;
  const trees = buildTrees(source, parts, targetBytes);
  const joined = join(trees, parts);
  const triangles = parts.reduce((sum, part) => sum + part.triangles.length * part.places.length, 0);
  const upper = meshes.length === 0 ? null : buildUpperLevel(joined.instances);
  const top = upper?.bvh ?? trees[0] ?? buildBvh(new Float32Array(0));
  return {
    nodes: joined.nodes,
    leaves: joined.leaves,
    grid: top.grid,
    bounds: top.bounds,
    // A lower tree's sentinel lies on top of the upper tree's entries.
    stack: upper ? top.stack + Math.max(...trees.map(({ stack }) => stack)) : top.stack,
    upper,
    triangles,
    droppedPlaces,
  };
}

/** Leaves take more triangles where the nodes would not fit. */
function buildTrees(source: SceneSource, parts: readonly Part[], targetBytes: number): readonly Bvh[] {
  for (let least = 1; ; least *= 2) {
    const leaves = { least, most: MAX_LEAF_TRIANGLES };
    const trees = parts.map(({ boxes, triangles }) => buildBvh(boxes, { corners: { ...source, triangles }, leaves }));
    const bytes = trees.reduce((sum, { nodes }) => sum + nodes.byteLength, 0);
    if (bytes <= targetBytes || least === MAX_LEAF_TRIANGLES) return trees;
  }
}

/** One after the other, with references that count from the first tree's first node and triangle. */
function join(trees: readonly Bvh[], parts: readonly Part[]) {
  const sum = (lengthOf: (tree: Bvh) => number) => trees.reduce((total, tree) => total + lengthOf(tree), 0);
  const nodes = new Uint32Array(sum((tree) => tree.nodes.length));
  const leaves = new Uint32Array(sum((tree) => tree.order.length));
  const instances: Instance[] = [];
  let [word, leaf] = [0, 0];
  trees.forEach((bvh, i) => {
    const part = parts[i];
    if (!part) return;
    const root = word / NODE_WORDS;
    for (const place of part.places) instances.push({ bvh, root, place });
    nodes.set(bvh.nodes, word);
    for (let at = word + 3; at < word + bvh.nodes.length; at += 4) {
      const reference = nodes[at] ?? 0;
      nodes[at] = reference + (reference < LEAF_FLAG ? root : leaf);
    }
    for (let k = 0; k < bvh.order.length; k++) leaves[leaf + k] = part.triangles[bvh.order[k] ?? 0] ?? 0;
    word += bvh.nodes.length;
    leaf += bvh.order.length;
  });
  return { nodes, leaves, instances };
}
