import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bvh, buildBvh, type Grid } from './bvh.js';
import { box, type Mesh, material, quad, sceneOf, sphere } from './fixtures.js';
import { LEAF_COUNT_SHIFT, LEAF_FLAG, MAX_LEAF_TRIANGLES, MAX_STACK, NODE_WORDS, TRIANGLE_WORDS } from './layout.js';
import { packScene } from './scene.js';
import { bruteForce, type TestRay, throughTree } from './test-reference.js';
import { usableTriangles } from './triangles.js';

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

/** A frame that no axis of the world is along. */
function turned(x: number, y: number, z: number): [number, number, number] {
  return [0.36 * x - 0.8 * y + 0.48 * z, 0.48 * x + 0.6 * y + 0.64 * z, -0.8 * x + 0.6 * z];
}

/** Long boards side by side: their boxes are large, nearly empty, and overlap. */
function boards(count: number): Mesh[] {
  return Array.from({ length: count }, (_, i) =>
    quad(turned(-0.5, i / count - 0.5, 0), turned(1, 0, 0), turned(0, 1 / count, 0), 0),
  );
}

/** Walls at odd angles around small balls: every wall's box is as large as the room. */
function turnedRoom(): Mesh[] {
  const wall = (corner: readonly [number, number, number], a: readonly [number, number, number], b: typeof a) =>
    quad(turned(...corner), turned(...a), turned(...b), 0);
  return [
    wall([-1, -1, -1], [2, 0, 0], [0, 2, 0]),
    wall([-1, -1, 1], [2, 0, 0], [0, 2, 0]),
    wall([-1, -1, -1], [0, 0, 2], [0, 2, 0]),
    wall([1, -1, -1], [0, 0, 2], [0, 2, 0]),
    sphere(turned(-0.4, -0.4, -0.4), 0.2, 10, 0),
    sphere(turned(0.5, 0.2, 0.3), 0.2, 10, 0),
    sphere(turned(-0.3, 0.5, 0.5), 0.2, 10, 0),
    sphere(turned(0.5, -0.5, -0.5), 0.2, 10, 0),
  ];
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
  'boards that the tree cuts': boards(40),
  'a turned room': turnedRoom(),
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
      expect(found.hit && { source: found.hit.source, t: found.hit.t }).toEqual(
        expected && { source: expected.source, t: expected.t },
      );
      expect(found.deepest).toBeLessThanOrEqual(stack);
      if (expected) hits++;
    }
    expect(hits > 0).toBe(counts.triangles > 0);
  });

  it('has every record in one leaf, and no triangle twice in a leaf', () => {
    const seen = new Uint8Array(counts.triangles);
    visitLeaves(nodes, (places, path) => {
      expect(path.length).toBeLessThan(MAX_STACK);
      expect(places.length).toBeLessThanOrEqual(MAX_LEAF_TRIANGLES);
      for (const place of places) seen[place] = (seen[place] ?? 0) + 1;
      const sources = places.map((place) => triangles[TRIANGLE_WORDS * place + 11]);
      expect(new Set(sources).size).toBe(sources.length);
    });
    expect(seen.every((n) => n === 1)).toBe(true);
  });

  it('has every point of every triangle inside of all the boxes above one of its leaves', () => {
    const covered = new Map<number, boolean[]>();
    visitLeaves(nodes, (places, path) => {
      for (const place of places) {
        const source = triangles[TRIANGLE_WORDS * place + 11] ?? 0;
        const inside = pointsOf(triangles, place).map((point) => path.every((at) => contains(nodes, at, grid, point)));
        const before = covered.get(source) ?? inside;
        covered.set(
          source,
          inside.map((is, i) => is || before[i] === true),
        );
      }
    });
    expect(covered.size).toBe(packed.triangles);
    expect([...covered.values()].flat().every((is) => is)).toBe(true);
  });
});

/** Hands over the places of each leaf that is not empty, with the first words of the halves of nodes that lead to it. */
function visitLeaves(nodes: Uint32Array, visitor: (places: readonly number[], path: readonly number[]) => void): void {
  const visit = (node: number, path: readonly number[]): void => {
    for (const at of [NODE_WORDS * node, NODE_WORDS * node + 4]) {
      const reference = nodes[at + 3] ?? 0;
      if (reference < LEAF_FLAG) {
        visit(reference, [...path, at]);
        continue;
      }
      const count = (reference >>> LEAF_COUNT_SHIFT) & 15;
      const first = reference & 0x7ff_ffff;
      if (count > 0)
        visitor(
          Array.from({ length: count }, (_, i) => first + i),
          [...path, at],
        );
    }
  };
  visit(0, []);
}

/** Corners, middles of edges, and points within. */
function pointsOf(triangles: Uint32Array<ArrayBuffer>, place: number): readonly (readonly number[])[] {
  const f = new Float32Array(triangles.buffer, 4 * TRIANGLE_WORDS * place, TRIANGLE_WORDS);
  const places: [number, number][] = [];
  for (let i = 0; i <= 6; i++) for (let j = 0; i + j <= 6; j++) places.push([i / 6, j / 6]);
  return places.map(([u, v]) => [0, 1, 2].map((k) => (f[k] ?? 0) + u * (f[4 + k] ?? 0) + v * (f[8 + k] ?? 0)));
}

function contains(nodes: Uint32Array, at: number, grid: Grid, point: readonly number[]): boolean {
  return ([0, 1, 2] as const).every((axis) => {
    const word = nodes[at + axis] ?? 0;
    const cell = ((point[axis] ?? 0) - grid.origin[axis]) / grid.cell[axis];
    return cell >= (word & 0xffff) && cell <= word >>> 16;
  });
}

describe('splits in space', () => {
  it('cut triangles that fill their boxes badly, into no more than twice as many', () => {
    const packed = packScene(sceneOf(boards(64), TWO_SIDED));
    expect(packed.triangles).toBe(128);
    expect(packed.manifest.counts.triangles).toBeGreaterThan(160);
    expect(packed.manifest.counts.triangles).toBeLessThanOrEqual(256);
  });

  it('spare rays nodes for a few references more', () => {
    const scene = sceneOf(turnedRoom(), TWO_SIDED);
    const { boxes, triangles } = usableTriangles(scene, scene.positions.length / 3, 1);
    const plain = buildBvh(boxes);
    const cut = buildBvh(boxes, { corners: { ...scene, triangles } });
    expect(cut.order.length).toBeGreaterThan(plain.order.length);
    expect(cut.order.length).toBeLessThan(1.02 * plain.order.length);
    const visited = ({ nodes, order, grid }: Bvh) => {
      // Triangles that nothing hits: no ray ends early.
      const words = new Uint32Array(TRIANGLE_WORDS * order.length);
      return rays(300, 1.5, 0, 5).reduce((sum, ray) => sum + throughTree(nodes, grid, words, ray).visited, 0);
    };
    expect(visited(cut)).toBeLessThan(0.95 * visited(plain));
  });

  it('leave meshes of compact triangles as they are', () => {
    const packed = packScene(sceneOf([sphere([0, 0, 0], 0.5, 24, 0)], TWO_SIDED));
    expect(packed.manifest.counts.triangles).toBe(packed.triangles);
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
