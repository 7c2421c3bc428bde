import { LEAF_COUNT_SHIFT, LEAF_FLAG, MAX_LEAF_TRIANGLES, MAX_STACK, NODE_WORDS } from './layout.js';

/**
 * A bounding volume hierarchy by binned surface area heuristic (Wald, "On fast construction of SAH-based bounding volume
 * hierarchies", 2007), its boxes rounded outwards to a 16-bit grid over the whole scene.
 *
 * 1. Every triangle is in exactly one leaf, and inside of the boxes of all its ancestors after quantisation.
 * 2. No path from the root is longer than SAH_DEPTH splits by the heuristic plus the halvings that any count needs, so a
 *    stack of MAX_STACK always suffices.
 * 3. Equal input gives equal output, bit for bit, on every machine: only + − × ÷ and comparisons.
 */

const BINS = 16;
/** Beyond this depth ranges are halved by count: a bad tree, but never a deep one. */
const SAH_DEPTH = 32;
/** Cost of visiting a node, in triangle tests. */
const VISIT_COST = 1;
/** Leaves of at most this many triangles are tried against a split. */
const LEAF_TARGET = 4;
/** Cells that boxes keep clear of rounding in the traversal's own arithmetic. */
const SLACK_CELLS = 0.05;
const GRID_CELLS = 65_535;
/** Cells kept free at each end of the grid. */
const GRID_MARGIN = 2;

export interface Grid {
  readonly origin: readonly [number, number, number];
  readonly cell: readonly [number, number, number];
}

export interface Bvh {
  /** NODE_WORDS a node, as in layout.ts. At least one node. */
  readonly nodes: Uint32Array<ArrayBuffer>;
  /** Place in the leaves → index of the triangle given. */
  readonly order: Uint32Array;
  readonly grid: Grid;
  readonly bounds: { readonly min: readonly [number, number, number]; readonly max: readonly [number, number, number] };
  /** Stack entries that a traversal needs, the sentinel at its bottom included. */
  readonly stack: number;
}

/** @param boxes min xyz, max xyz a triangle; finite */
export function buildBvh(boxes: Float32Array): Bvh {
  const count = boxes.length / 6;
  const tree = split(boxes, count);
  const [min, max] = [triple(tree.boxes, 0), triple(tree.boxes, 3)];
  const grid = gridOver(min, max);
  const words: number[] = [];
  const stack = emit(tree, grid, words);
  return { nodes: Uint32Array.from(words), order: tree.order, grid, bounds: { min, max }, stack };
}

function triple(list: Float32Array, at: number): [number, number, number] {
  return [list[at] ?? 0, list[at + 1] ?? 0, list[at + 2] ?? 0];
}

interface Tree {
  readonly order: Uint32Array;
  /** min xyz, max xyz a node. */
  readonly boxes: Float32Array;
  /** Left child (right one follows it), or −1 for a leaf. */
  readonly left: Int32Array;
  readonly first: Uint32Array;
  readonly count: Uint32Array;
}

function split(boxes: Float32Array, count: number): Tree {
  const capacity = Math.max(1, 2 * count);
  const tree: Tree = {
    order: Uint32Array.from({ length: count }, (_, i) => i),
    boxes: new Float32Array(6 * capacity),
    left: new Int32Array(capacity).fill(-1),
    first: new Uint32Array(capacity),
    count: new Uint32Array(capacity),
  };
  tree.count[0] = count;
  const splitter = createSplitter(boxes, tree.order);
  const pending: [node: number, depth: number][] = [[0, 0]];
  let used = 1;
  for (;;) {
    const next = pending.pop();
    if (!next) break;
    const [node, depth] = next;
    const first = tree.first[node] ?? 0;
    const size = tree.count[node] ?? 0;
    const middle = splitter(first, size, depth, tree.boxes.subarray(6 * node, 6 * node + 6));
    if (middle === first) continue;
    const left = used;
    used += 2;
    tree.left[node] = left;
    tree.first[left] = first;
    tree.count[left] = middle - first;
    tree.first[left + 1] = middle;
    tree.count[left + 1] = first + size - middle;
    pending.push([left + 1, depth + 1], [left, depth + 1]);
  }
  return tree;
}

/** Orders a range for a split, writes the range's box, and returns where its second half begins (`first`: make a leaf). */
function createSplitter(boxes: Float32Array, order: Uint32Array) {
  const binCounts = new Uint32Array(3 * BINS);
  const binBoxes = new Float32Array(3 * BINS * 6);
  const rightAreas = new Float64Array(BINS);
  const rightBox = new Float32Array(6);
  const leftBox = new Float32Array(6);

  return (first: number, size: number, depth: number, box: Float32Array): number => {
    const last = first + size;
    emptyBox(box, 0);
    let [c0, c1, c2] = [Infinity, Infinity, Infinity];
    let [d0, d1, d2] = [-Infinity, -Infinity, -Infinity];
    for (let i = first; i < last; i++) {
      const b = 6 * (order[i] ?? 0);
      growBox(box, 0, boxes, b);
      const x = (boxes[b] ?? 0) + (boxes[b + 3] ?? 0);
      const y = (boxes[b + 1] ?? 0) + (boxes[b + 4] ?? 0);
      const z = (boxes[b + 2] ?? 0) + (boxes[b + 5] ?? 0);
      if (x < c0) c0 = x;
      if (x > d0) d0 = x;
      if (y < c1) c1 = y;
      if (y > d1) d1 = y;
      if (z < c2) c2 = z;
      if (z > d2) d2 = z;
    }
    if (size === 0) {
      box.fill(0);
      return first;
    }
    if (size === 1) return first;
    const low = [c0, c1, c2];
    const extent = [d0 - c0, d1 - c1, d2 - c2];
    const spread = Math.max(d0 - c0, d1 - c1, d2 - c2);
    if (!(spread > 0) || depth >= SAH_DEPTH) {
      return size <= MAX_LEAF_TRIANGLES ? first : first + (size >> 1);
    }

    // One pass bins the range along all three axes.
    binCounts.fill(0);
    for (let bin = 0; bin < 3 * BINS; bin++) emptyBox(binBoxes, 6 * bin);
    const scale = extent.map((e) => (e > 0 ? (BINS * 0.999_999) / e : 0));
    for (let i = first; i < last; i++) {
      const b = 6 * (order[i] ?? 0);
      for (let axis = 0; axis < 3; axis++) {
        const at = (boxes[b + axis] ?? 0) + (boxes[b + axis + 3] ?? 0) - (low[axis] ?? 0);
        const bin = axis * BINS + binOf(at, scale[axis] ?? 0);
        binCounts[bin] = (binCounts[bin] ?? 0) + 1;
        growBox(binBoxes, 6 * bin, boxes, b);
      }
    }
    let bestCost = Infinity;
    let bestAxis = 0;
    let bestBin = 0;
    for (let axis = 0; axis < 3; axis++) {
      if (!((extent[axis] ?? 0) > 0)) continue;
      emptyBox(rightBox, 0);
      for (let bin = BINS - 1; bin > 0; bin--) {
        growBox(rightBox, 0, binBoxes, 6 * (axis * BINS + bin));
        rightAreas[bin] = halfArea(rightBox);
      }
      emptyBox(leftBox, 0);
      let left = 0;
      for (let bin = 0; bin < BINS - 1; bin++) {
        growBox(leftBox, 0, binBoxes, 6 * (axis * BINS + bin));
        left += binCounts[axis * BINS + bin] ?? 0;
        if (left === 0 || left === size) continue;
        const cost = left * halfArea(leftBox) + (size - left) * (rightAreas[bin + 1] ?? 0);
        if (cost < bestCost) {
          bestCost = cost;
          bestAxis = axis;
          bestBin = bin;
        }
      }
    }
    const area = halfArea(box);
    if (size <= LEAF_TARGET && !(bestCost + VISIT_COST * area < size * area)) return first;
    if (bestCost === Infinity) return size <= MAX_LEAF_TRIANGLES ? first : first + (size >> 1);

    let i = first;
    let j = last;
    while (i < j) {
      const triangle = order[i] ?? 0;
      const b = 6 * triangle + bestAxis;
      const at = (boxes[b] ?? 0) + (boxes[b + 3] ?? 0) - (low[bestAxis] ?? 0);
      if (binOf(at, scale[bestAxis] ?? 0) <= bestBin) {
        i++;
      } else {
        j--;
        order[i] = order[j] ?? 0;
        order[j] = triangle;
      }
    }
    return i;
  };
}

function binOf(distance: number, scale: number): number {
  const bin = Math.floor(distance * scale);
  return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
}

function emptyBox(box: Float32Array, at: number): void {
  box[at] = box[at + 1] = box[at + 2] = Infinity;
  box[at + 3] = box[at + 4] = box[at + 5] = -Infinity;
}

function growBox(box: Float32Array, at: number, other: Float32Array, from: number): void {
  for (let k = 0; k < 3; k++) {
    const low = other[from + k] ?? 0;
    const high = other[from + k + 3] ?? 0;
    if (low < (box[at + k] ?? 0)) box[at + k] = low;
    if (high > (box[at + k + 3] ?? 0)) box[at + k + 3] = high;
  }
}

function halfArea(box: Float32Array): number {
  const x = (box[3] ?? 0) - (box[0] ?? 0);
  const y = (box[4] ?? 0) - (box[1] ?? 0);
  const z = (box[5] ?? 0) - (box[2] ?? 0);
  return x < 0 ? 0 : x * y + y * z + z * x;
}

/** Cells never so small that 32-bit floats near the scene could not tell them apart, nor 0 for flat scenes. */
function gridOver(min: readonly number[], max: readonly number[]): Grid {
  const at = (list: readonly number[], axis: number) => list[axis] ?? 0;
  const extents = [0, 1, 2].map((axis) => at(max, axis) - at(min, axis));
  const largest = Math.max(...extents);
  const side = (axis: number) => {
    const magnitude = Math.max(Math.abs(at(min, axis)), Math.abs(at(max, axis)));
    const even = at(extents, axis) / (GRID_CELLS - 3 * GRID_MARGIN);
    return Math.fround(Math.max(even, largest * 1e-7, magnitude * 2 ** -22, 1e-20));
  };
  const cell: Grid['cell'] = [side(0), side(1), side(2)];
  const start = (axis: 0 | 1 | 2) => Math.fround(at(min, axis) - GRID_MARGIN * cell[axis]);
  return { origin: [start(0), start(1), start(2)], cell };
}

/** Writes the nodes depth first; returns the stack that a traversal needs. */
function emit(tree: Tree, grid: Grid, words: number[]): number {
  /** Reference of a child; inner nodes get their place when they are written. */
  const leaf = (node: number) =>
    (LEAF_FLAG | ((tree.count[node] ?? 0) << LEAF_COUNT_SHIFT) | (tree.first[node] ?? 0)) >>> 0;
  const axisWord = (node: number, axis: 0 | 1 | 2) => {
    const quantise = (world: number, slack: number, round: (x: number) => number) => {
      const cells = round((world - grid.origin[axis]) / grid.cell[axis] + slack);
      return Math.max(0, Math.min(GRID_CELLS, cells));
    };
    const low = quantise(tree.boxes[6 * node + axis] ?? 0, -SLACK_CELLS, Math.floor);
    const high = quantise(tree.boxes[6 * node + axis + 3] ?? 0, SLACK_CELLS, Math.ceil);
    return ((high << 16) | low) >>> 0;
  };
  /** A point at the grid's far corner, where no triangle is; a ray that meets it finds a leaf of nothing. */
  const EMPTY = [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, LEAF_FLAG];

  if ((tree.left[0] ?? -1) < 0) {
    const only = tree.count[0] === 0 ? EMPTY : [axisWord(0, 0), axisWord(0, 1), axisWord(0, 2), leaf(0)];
    words.push(...only, ...EMPTY);
    return 2;
  }
  let deepest = 0;
  const pending: { node: number; depth: number; referrer: number }[] = [{ node: 0, depth: 1, referrer: -1 }];
  for (;;) {
    const next = pending.pop();
    if (!next) break;
    const place = words.length;
    if (next.referrer >= 0) words[next.referrer] = place / NODE_WORDS;
    deepest = Math.max(deepest, next.depth);
    const left = tree.left[next.node] ?? 0;
    for (const child of [left, left + 1]) {
      const inner = (tree.left[child] ?? -1) >= 0;
      words.push(axisWord(child, 0), axisWord(child, 1), axisWord(child, 2), inner ? 0 : leaf(child));
    }
    for (const [child, slot] of [[left + 1, 7] as const, [left, 3] as const]) {
      if ((tree.left[child] ?? -1) >= 0) pending.push({ node: child, depth: next.depth + 1, referrer: place + slot });
    }
  }
  if (deepest + 1 > MAX_STACK) throw new RangeError(`a tree of depth ${deepest}`);
  return deepest + 1;
}
