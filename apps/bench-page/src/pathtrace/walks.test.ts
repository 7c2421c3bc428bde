import { lookAt, material, sceneOf, sphere } from '@tabgrid/webgpu-kernels/pathtrace/fixtures';
import { packScene } from '@tabgrid/webgpu-kernels/pathtrace/scene';
import { bruteForce } from '@tabgrid/webgpu-kernels/pathtrace/test-reference';
import { BufferAttribute, BufferGeometry } from 'three';
import { MeshBVH, SAH } from 'three-mesh-bvh';
import { describe, expect, it } from 'vitest';
import { createRays, type Ray } from './rays.js';
import { createPackedWalk } from './walk-packed.js';
import { createPeerWalk } from './walk-peer.js';

const source = sceneOf(
  [sphere([0, 0, 0], 1, 12, 0), sphere([1.5, 0.2, -1], 0.7, 10, 0), sphere([-1, 0.5, 1], 0.3, 8, 0)],
  [material({ doubleSided: true })],
);
const packed = packScene(source);
const triangles = new Uint32Array(packed.buffers.triangles.slice().buffer);
const geometry = new BufferGeometry();
geometry.setAttribute('position', new BufferAttribute(source.positions, 3));
geometry.setIndex(new BufferAttribute(source.indices.slice(), 1));

/** All rays of a small picture with the distance that `walk` finds. */
function traced(walk: (ray: Ray) => number): { readonly ray: Ray; readonly t: number }[] {
  const all: { ray: Ray; t: number }[] = [];
  createRays({ name: '', ...lookAt([0, 1, 6], [0, 0, 0], 0.8) }, 12, (ray) => {
    const t = walk(ray);
    all.push({ ray, t });
    return t;
  });
  return all;
}

describe.each([
  ['ours', createPackedWalk(packed)],
  ['three-mesh-bvh', createPeerWalk(new MeshBVH(geometry, { strategy: SAH }))],
])('%s', (_, walk) => {
  it('finds what testing every triangle finds, with far fewer tests', () => {
    const steps = { nodes: 0, triangles: 0 };
    const rays = traced((ray) => walk(ray, steps));
    const hits = rays.filter(({ t }) => t < Number.POSITIVE_INFINITY).length;
    expect(hits).toBeGreaterThan(20);
    for (const { ray, t } of rays) {
      const expected = bruteForce(triangles, packed.manifest.counts.triangles, ray)?.t ?? Number.POSITIVE_INFINITY;
      if (t !== expected) expect(t).toBeCloseTo(expected, 4);
    }
    expect(steps.nodes).toBeGreaterThan(rays.length);
    expect(steps.triangles).toBeGreaterThan(hits);
    expect(steps.nodes + steps.triangles).toBeLessThan((rays.length * packed.manifest.counts.triangles) / 5);
  });
});

it('sends one ray on from every hit, back to where the first came from', () => {
  const rays = traced(() => 5);
  expect(rays).toHaveLength(2 * 12 * 12);
  for (let i = 0; i < rays.length; i += 2) {
    const [first, next] = [rays[i]?.ray, rays[i + 1]?.ray];
    const cosine = [0, 1, 2].reduce((sum, k) => sum + (first?.direction[k] ?? 0) * (next?.direction[k] ?? 0), 0);
    expect(cosine).toBeLessThanOrEqual(0);
    expect(Math.hypot(...(next?.direction ?? []))).toBeCloseTo(1, 6);
  }
});
