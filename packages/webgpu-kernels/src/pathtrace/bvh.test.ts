import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBvh } from './bvh.js';
import { box, type Mesh, material, quad, sceneOf, sphere } from './fixtures.js';
import { LEAF_COUNT_SHIFT, LEAF_FLAG, MAX_LEAF_TRIANGLES, MAX_STACK, NODE_WORDS } from './layout.js';
import { packScene } from './scene.js';
import { bruteForce, type TestRay, throughTree } from './test-reference.js';

/** Deterministic numbers in 0 … 1. */
function stream(seed: number) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

function soup(count: number, size: number, spread: number, seed: number): Mesh {
  const next = stream(seed);
  const positions: number[] = [];
  for (let i = 0; i < count; i++) {
    const centre = [next(), next(), next()].map((x) => spread * (x - 0.5));
    for (let corner = 0; corner < 3; corner++) for (const x of centre) positions.push(x + size * (next() - 0.5));
  }
  return {
    positions,
    normals: new Array(positions.length).fill(0),
    uvs: new Array((positions.length / 3) * 2).fill(0),
    indices: positions.map((_, i) => i).slice(0, positions.length / 3),
    material: 0,
  };
}

const TWO_SIDED = [material({ doubleSided: true })];

const HARD: Record<string, Mesh[]> = {
  nothing: [],
  'one triangle': [soup(1, 1, 1, 1)],
  'small triangles': [soup(500, 0.05, 1, 2)],
  'long thin ones that overlap': [soup(200, 1, 0.3, 3)],
  'a box, edges shared': box([-0.5, -0.5, -0.5], [0.5, 0.5, 0.5], 0),
  'a sphere': [sphere([0, 0, 0], 0.5, 12, 0)],
  'coplanar and overlapping': Array.from({ length: 30 }, (_, i) =>
    quad([-0.5 + i / 100, 0, -0.5], [1, 0, 0], [0, 0, 1], 0),
  ),
  'equal triangles': Array.from({ length: 40 }, () => quad([-0.3, -0.3, 0], [0.6, 0, 0], [0, 0.6, 0], 0)),
  'huge with tiny': [quad([-1e6, -0.5, -1e6], [2e6, 0, 0], [0, 0, 2e6], 0), soup(200, 0.01, 1, 4)],
  'tiny and far from the origin': [soup(100, 1e-3, 1e-2, 5)].map((mesh) => ({
    ...mesh,
    positions: mesh.positions.map((x) => x + 100),
  })),
  'a flat sheet along an axis': Array.from({ length: 64 }, (_, i) =>
    quad([i / 64 - 0.5, 0.25, -0.5], [1 / 64, 0, 0], [0, 0, 1], 0),
  ),
};

function rays(count: number, spread: number, centre: number, seed: number): TestRay[] {
  const next = stream(seed);
  const point = () => [0, 1, 2].map(() => centre + spread * (next() - 0.5)) as [number, number, number];
  const list = Array.from({ length: count }, (): TestRay => {
    const from = point();
    const to = point();
    const length = Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
    return {
      origin: from,
      direction: [(to[0] - from[0]) / length, (to[1] - from[1]) / length, (to[2] - from[2]) / length],
    };
  });
  // Along the axes, where the slab test divides by zero.
  list.push({ origin: [centre, centre + 2, centre], direction: [0, -1, 0] });
  list.push({ origin: [centre - 2, centre + 0.25, centre], direction: [1, 0, 0] });
  list.push({ origin: [centre - 2, centre, centre], direction: [1, 0, 0] });
  return list;
}

describe.each(Object.entries(HARD))('%s', (name, meshes) => {
  const packed = packScene(sceneOf(meshes, TWO_SIDED));
  const nodes = new Uint32Array(packed.buffers.nodes.buffer);
  const triangles = new Uint32Array(packed.buffers.triangles.buffer);
  const { counts, grid, stack } = packed.manifest;

  it('finds what brute force finds', () => {
    const far = name.startsWith('tiny');
    let hits = 0;
    for (const ray of rays(400, far ? 0.03 : 2, far ? 100 : 0, 17)) {
      const expected = bruteForce(triangles, counts.triangles, ray);
      const found = throughTree(nodes, grid, triangles, ray);
      expect(found.hit).toEqual(expected);
      expect(found.deepest).toBeLessThanOrEqual(stack);
      if (expected) hits++;
    }
    expect(hits > 0).toBe(counts.triangles > 0);
  });

  it('has every triangle in one leaf', () => {
    const seen = new Uint8Array(counts.triangles);
    const visit = (reference: number, depth: number): void => {
      expect(depth).toBeLessThan(MAX_STACK);
      if (reference < LEAF_FLAG) {
        visit(nodes[NODE_WORDS * reference + 3] ?? 0, depth + 1);
        visit(nodes[NODE_WORDS * reference + 7] ?? 0, depth + 1);
        return;
      }
      const count = (reference >>> LEAF_COUNT_SHIFT) & 15;
      expect(count).toBeLessThanOrEqual(MAX_LEAF_TRIANGLES);
      for (let i = 0; i < count; i++) {
        const place = (reference & 0x7ff_ffff) + i;
        seen[place] = (seen[place] ?? 0) + 1;
      }
    };
    visit(0, 1);
    expect(seen.every((n) => n === 1)).toBe(true);
  });
});

it('lets no ray slip between the triangles of a closed mesh', () => {
  const packed = packScene(sceneOf([sphere([0, 0, 0], 0.5, 16, 0)], TWO_SIDED));
  const nodes = new Uint32Array(packed.buffers.nodes.buffer);
  const triangles = new Uint32Array(packed.buffers.triangles.buffer);
  const f = new Float32Array(triangles.buffer);
  for (let i = 0; i < packed.manifest.counts.triangles; i++) {
    // From inside, at a vertex and at an edge's middle.
    for (const [a, b] of [
      [0, 0],
      [0.5, 0],
      [0.5, 0.5],
      [0, 0.5],
    ] as const) {
      const to = [0, 1, 2].map(
        (k) => (f[12 * i + k] ?? 0) + a * (f[12 * i + 4 + k] ?? 0) + b * (f[12 * i + 8 + k] ?? 0),
      );
      const length = Math.hypot(...to);
      const direction: [number, number, number] = [(to[0] ?? 0) / length, (to[1] ?? 0) / length, (to[2] ?? 0) / length];
      expect(throughTree(nodes, packed.manifest.grid, triangles, { origin: [0, 0, 0], direction }).hit).not.toBeNull();
    }
  }
});

it('visits far fewer nodes than there are triangles', () => {
  const packed = packScene(sceneOf([soup(4000, 0.02, 1, 9)], TWO_SIDED));
  const nodes = new Uint32Array(packed.buffers.nodes.buffer);
  const triangles = new Uint32Array(packed.buffers.triangles.buffer);
  const list = rays(200, 1, 0, 3);
  const visited = list.reduce((sum, ray) => sum + throughTree(nodes, packed.manifest.grid, triangles, ray).visited, 0);
  expect(visited / list.length).toBeLessThan(100);
});

it('bounds the stack even where the heuristic peels off one triangle at a time', () => {
  // Sizes and places grow by a factor: the worst case for a binned split.
  const boxes = new Float32Array(6 * 3000);
  for (let i = 0; i < 3000; i++) boxes.set([1.02 ** i, 0, 0, 1.02 ** i * 1.01, 1, 1], 6 * i);
  expect(buildBvh(boxes).stack).toBeLessThanOrEqual(MAX_STACK);
  const same = new Float32Array(6 * 5000);
  expect(buildBvh(same).stack).toBeLessThanOrEqual(MAX_STACK);
});

it('builds the same tree from the same boxes, with each triangle once in its order', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { maxLength: 180 }), (numbers) => {
      const count = Math.floor(numbers.length / 6);
      const boxes = new Float32Array(6 * count);
      for (let i = 0; i < count; i++) {
        for (let k = 0; k < 3; k++) {
          const [a, b] = [numbers[6 * i + k] ?? 0, numbers[6 * i + k + 3] ?? 0];
          boxes[6 * i + k] = Math.min(a, b);
          boxes[6 * i + k + 3] = Math.max(a, b);
        }
      }
      const bvh = buildBvh(boxes);
      expect(buildBvh(boxes)).toEqual(bvh);
      expect([...bvh.order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(bvh.nodes.length).toBeGreaterThanOrEqual(NODE_WORDS);
    }),
  );
});
