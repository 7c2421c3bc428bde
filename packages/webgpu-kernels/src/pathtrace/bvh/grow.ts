import { LEAF_COUNT_SHIFT, LEAF_FLAG, MAX_LEAF_TRIANGLES, MAX_STACK, NODE_WORDS } from '../layout.js';
import { applySplit, boundSplit, findSplit } from './bins.js';
import type { Corners } from './clip.js';
import { FEW, splitFew } from './few.js';
import { boundRange, halfArea, halveRange, halves, REFERENCE_WORDS, wordsArea } from './references.js';
import { applySpatialSplit, findSpatialSplit, spatialGrowth } from './spatial.js';

/** From references to nodes: ranges are split from the root down, the right half before the left. */

/** Beyond this depth ranges are halved by count: a bad tree, but never a deep one. */
const SAH_DEPTH = 32;
/** Cost of visiting a node, in triangle tests. */
export const VISIT_COST = 1;
/** Splits in space are tried where the halves of the best other split overlap by more than this share of the whole (Stich's α). */
const SPATIAL_OVERLAP = 1e-3;

/** A point at the grid's far corner, where no triangle is; a ray that meets it finds a leaf of nothing. */
const EMPTY = [0x7fff_7fff, 0x7fff_7fff, 0x7fff_7fff, LEAF_FLAG];

export interface GrownTree {
  readonly nodes: Uint32Array<ArrayBuffer>;
  /** Place in the leaves → triangle. A triangle that was cut stands in several leaves. */
  readonly order: Uint32Array<ArrayBuffer>;
  readonly stack: number;
}

export interface GrowOptions {
  /** For splits in space; absent for none. */
  readonly corners?: Corners;
  /** References that those may add. */
  readonly spare?: number;
  readonly leaves?: LeafSizes;
}

/** How many references make a leaf, at the builder's discretion between the two. Default 1 and MAX_LEAF_TRIANGLES. */
export interface LeafSizes {
  /** Ranges of up to so many are leaves. */
  readonly least: number;
  /** Ranges of more than this are split, whatever it costs. */
  readonly most: number;
}

/** A tree under construction. */
interface Tree {
  readonly references: Int32Array;
  readonly corners: Corners | null;
  readonly leaves: LeafSizes;
  /** Half an area (m²) of overlap, beyond which splits in space are tried. */
  overlap: number;
  readonly words: Uint32Array<ArrayBuffer>;
  nodes: number;
  readonly order: Uint32Array<ArrayBuffer>;
  /** References that are in a leaf. */
  placed: number;
  /** Nodes on the longest path. */
  deepest: number;
}

/** @param references to `count` triangles, and room for `spare` more; they lose their order */
export function growTree(references: Int32Array, count: number, options: GrowOptions = {}): GrownTree {
  const { corners = null, spare = 0, leaves = { least: 1, most: MAX_LEAF_TRIANGLES } } = options;
  const tree: Tree = {
    references,
    corners,
    leaves,
    overlap: 0,
    words: new Uint32Array(NODE_WORDS * Math.max(1, count + spare)),
    nodes: 0,
    order: new Uint32Array(count + spare),
    placed: 0,
    deepest: 1,
  };
  growRoot(tree, count, spare);
  if (tree.deepest + 1 > MAX_STACK) throw new RangeError(`a tree of depth ${tree.deepest}`);
  return {
    nodes: tree.words.slice(0, NODE_WORDS * tree.nodes),
    order: spare === 0 ? tree.order : tree.order.slice(0, tree.placed),
    stack: tree.deepest + 1,
  };
}

function growRoot(tree: Tree, count: number, spare: number): void {
  if (count === 0) {
    tree.words.set(EMPTY, 0);
  } else {
    boundRange(tree.references, 0, count, 0);
    const [x, y, z] = [halves[0] ?? 0, halves[1] ?? 0, halves[2] ?? 0];
    tree.overlap = SPATIAL_OVERLAP * wordsArea(x, y, z);
    const root = grow(tree, 0, count, spare, 1, x, y, z);
    if (root < LEAF_FLAG) return;
    tree.words.set([x, y, z, root], 0);
  }
  tree.words.set(EMPTY, 4);
  tree.nodes = 1;
}

/**
 * Makes a range of references a leaf, or a node with all that is below it.
 * @param spare references that splits in space may add; there is room for them behind the range
 * @param x, y, z its box, in words
 * @returns what its parent refers to it by
 */
function grow(
  tree: Tree,
  first: number,
  count: number,
  spare: number,
  depth: number,
  x: number,
  y: number,
  z: number,
): number {
  if (count <= tree.leaves.least || !split(tree, first, count, spare, depth, x, y, z))
    return makeLeaf(tree, first, count);
  const { words } = tree;
  const node = tree.nodes++;
  const at = NODE_WORDS * node;
  if (depth > tree.deepest) tree.deepest = depth;
  for (let axis = 0; axis < 3; axis++) {
    words[at + axis] = halves[axis] ?? 0;
    words[at + 4 + axis] = halves[axis + 3] ?? 0;
  }
  const left = halves[6] ?? 0;
  const right = halves[7] ?? 0;
  const unused = spare - (left + right - count);
  const spareLeft = Math.floor((unused * left) / (left + right));
  words[at + 7] = growChild(tree, first + left, right, unused - spareLeft, depth, at + 4);
  // The right half is done with: the left one may grow into its room.
  words[at + 3] = growChild(tree, first, left, spareLeft, depth, at);
  return node;
}

function growChild(tree: Tree, first: number, count: number, spare: number, depth: number, at: number): number {
  const { words } = tree;
  return grow(tree, first, count, spare, depth + 1, words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0);
}

/** Orders a range for a split and writes `halves`. @returns false where it had better be a leaf */
function split(
  tree: Tree,
  first: number,
  count: number,
  spare: number,
  depth: number,
  x: number,
  y: number,
  z: number,
): boolean {
  const { references, leaves } = tree;
  if (count <= FEW) {
    const leafCost = count > leaves.most ? Number.POSITIVE_INFINITY : (count - VISIT_COST) * wordsArea(x, y, z);
    return splitFew(references, first, count, leafCost);
  }
  if (depth <= SAH_DEPTH) {
    const cost = findSplit(references, first, count);
    if (spare > 0 && splitInSpace(tree, first, count, spare, [x, y, z], cost)) return true;
    if (cost < Number.POSITIVE_INFINITY) {
      applySplit(references, first, count);
      return true;
    }
  }
  if (count <= leaves.most) return false;
  halveRange(references, first, count);
  return true;
}

/** The same by a split in space, where the best other one costs `cost` and its halves overlap, and that costs less. */
function splitInSpace(
  { references, corners, overlap }: Tree,
  first: number,
  count: number,
  spare: number,
  box: readonly [x: number, y: number, z: number],
  cost: number,
): boolean {
  if (!corners) return false;
  if (cost < Number.POSITIVE_INFINITY) {
    boundSplit();
    if (overlapOfHalves() <= overlap) return false;
  }
  return (
    findSpatialSplit(references, first, count, box, corners) < cost &&
    spatialGrowth(count) <= spare &&
    applySpatialSplit(references, first, count, corners)
  );
}

function overlapOfHalves(): number {
  const low = (axis: number) => Math.max((halves[axis] ?? 0) & 0xffff, (halves[axis + 3] ?? 0) & 0xffff);
  const high = (axis: number) => Math.min((halves[axis] ?? 0) >>> 16, (halves[axis + 3] ?? 0) >>> 16);
  const apart = [0, 1, 2].some((axis) => high(axis) < low(axis));
  return apart ? 0 : halfArea(low(0), low(1), low(2), high(0), high(1), high(2));
}

function makeLeaf(tree: Tree, first: number, count: number): number {
  const { placed, order, references } = tree;
  for (let k = 0; k < count; k++) order[placed + k] = references[REFERENCE_WORDS * (first + k) + 3] ?? 0;
  tree.placed += count;
  return (LEAF_FLAG | (count << LEAF_COUNT_SHIFT) | placed) >>> 0;
}
