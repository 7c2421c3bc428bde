import { chunkMatches, chunkOf } from '@tabgrid/protocol/blob';
import { describe, expect, it } from 'vitest';
import { AssetError } from './asset-error.js';
import { decodeImage } from './decode-node.js';
import { defaultCamera } from './default-camera.js';
import { createFixture, triangleFixture } from './gltf/fixtures.js';
import { type PrepareInput, prepareScene } from './prepare.js';
import { buildScene } from './scenes/build.js';

const prepare = (file: PrepareInput['file'], more: Partial<PrepareInput> = {}) =>
  prepareScene({ name: 'scene.glb', file, environment: null, decodeImage, aspect: 16 / 9, ...more });

describe('prepareScene', () => {
  it('makes a manifest, and every blob that it names', async () => {
    const scene = await prepare(await buildScene('cornell'));
    expect(scene.manifest.counts).toMatchObject({ triangles: 32, materials: 4, textures: 0, lights: 2 });
    const named = Object.values(scene.manifest.blobs).flatMap((ref) => (ref ? [ref.id] : []));
    expect(scene.blobs.map((blob) => blob.ref.id).toSorted()).toEqual([...new Set(named)].toSorted());
    for (const blob of scene.blobs) {
      expect(blob.bytes.byteLength).toBe(blob.ref.bytes);
      expect(await chunkMatches(chunkOf(blob.bytes, 0), blob.chunkHashes, 0)).toBe(true);
    }
    expect(scene.summary).toEqual({
      triangles: 32,
      materials: 4,
      textures: 0,
      bytes: scene.blobs.reduce((sum, blob) => sum + blob.bytes.byteLength, 0),
      cameras: ['camera'],
      animation: null,
      warnings: [],
    });
    expect(scene).toMatchObject({ name: 'scene.glb', framed: false, sky: false });
  });

  it('gives the same blobs for the same file', async () => {
    const file = await buildScene('cornell');
    const [a, b] = [await prepare(file), await prepare(file)];
    expect(a.manifest).toEqual(b.manifest);
  });

  it('adds the built-in sky where a scene has no light of its own, and darkness where it has', async () => {
    const dark = await prepare(triangleFixture().glb());
    expect(dark.sky).toBe(true);
    expect(dark.environmentManifest.kind).toBe('map');
    const { environmentManifest } = dark;
    if (environmentManifest.kind === 'map') {
      expect(dark.blobs.map((blob) => blob.ref.id)).toContain(environmentManifest.texels.id);
    }
    const lit = await prepare(await buildScene('cornell'));
    expect(lit.environmentManifest).toEqual({ kind: 'constant', radiance: [0, 0, 0] });
  });

  it('keeps the sky out where an environment is given', async () => {
    const environment = { kind: 'constant', radiance: [1, 2, 3] } as const;
    const scene = await prepare(triangleFixture().glb(), { environment });
    expect(scene.sky).toBe(false);
    expect(scene.environmentManifest).toEqual(environment);
  });

  it('frames a scene without cameras for any aspect', async () => {
    const scene = await prepare(triangleFixture().glb(), { aspect: 2 });
    expect(scene.framed).toBe(true);
    expect(scene.cameras).toEqual([defaultCamera({ positions: scene.framing }, 2)]);
    expect(scene.summary.cameras).toEqual(['default']);
  });

  it('frames instanced meshes where they stand, not where they were modelled', async () => {
    const fixture = createFixture();
    const corners = Array.from({ length: 64 }, (_, i) => [i, 0, 0, i + 1, 0, 0, i, 1, 0]).flat();
    const POSITION = fixture.accessor(Float32Array.from(corners), 'VEC3');
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION } }] });
    fixture.json.nodes.push({ mesh: 0, translation: [1000, 0, 0] }, { mesh: 0, translation: [2000, 0, 0] });
    const { framing } = await prepare(fixture.glb());
    const x = framing.filter((_, i) => i % 3 === 0);
    expect([Math.min(...x), Math.max(...x)]).toEqual([1000, 2064]);
  });

  it('changes one small blob from one time to the next where meshes move as a whole', async () => {
    const fixture = createFixture();
    const corners = Array.from({ length: 300 }, (_, i) => [i, 0, 0, i + 1, 0, 0, i, 1, 0]).flat();
    const POSITION = fixture.accessor(Float32Array.from(corners), 'VEC3');
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION } }] });
    fixture.json.nodes.push({ children: [1] }, { mesh: 0 }, { mesh: 0, translation: [0, -5, 0] });
    const input = fixture.accessor(Float32Array.of(0, 2), 'SCALAR');
    const turn = fixture.accessor(Float32Array.of(0, 0, 0, 1, 0, 0, Math.SQRT1_2, Math.SQRT1_2), 'VEC4');
    fixture.json.animations.push({
      channels: [{ sampler: 0, target: { node: 0, path: 'rotation' } }],
      samplers: [{ input, output: turn }],
    });
    const [before, after] = [await prepare(fixture.glb(), { time: 0.5 }), await prepare(fixture.glb(), { time: 1.5 })];
    const { instances: placedBefore, ...same } = before.manifest.blobs;
    const { instances: placedAfter, ...kept } = after.manifest.blobs;
    expect(kept).toEqual(same);
    expect(before.manifest.counts).toMatchObject({ triangles: 300, instances: 2 });
    expect(placedAfter?.id).not.toBe(placedBefore?.id);
    const fetched = after.blobs.filter(({ ref }) => before.blobs.every((known) => known.ref.id !== ref.id));
    expect(fetched.map(({ ref }) => ref)).toEqual([placedAfter]);
    expect(placedAfter?.bytes).toBeLessThan(500);
  });

  it('says what plays, and looks at the time that is asked for', async () => {
    const fixture = triangleFixture();
    const input = fixture.accessor(Float32Array.of(0, 2), 'SCALAR');
    const output = fixture.accessor(Float32Array.of(0, 0, 0, 6, 0, 0), 'VEC3');
    fixture.json.animations.push({
      name: 'slide',
      samplers: [{ input, output }],
      channels: [{ sampler: 0, target: { node: 0, path: 'translation' } }],
    });
    const rest = await prepare(fixture.glb());
    expect(rest.summary.animation).toEqual({ name: 'slide', seconds: 2 });
    expect(Math.max(...rest.framing)).toBe(1);
    expect(Math.max(...(await prepare(fixture.glb(), { time: 1 })).framing)).toBe(4);
  });

  it('finds what stands in the middle of each picture', async () => {
    const fixture = triangleFixture();
    fixture.json.cameras.push({ type: 'perspective', perspective: { yfov: 1 } });
    fixture.json.nodes.push({ camera: 0, translation: [0.25, 0.25, 3] }, { camera: 0, translation: [9, 9, 3] });
    expect((await prepare(fixture.glb())).middles).toEqual([[0.25, 0.25, 0], null]);
  });

  it('leaves the sky out where lamps light the scene', async () => {
    const fixture = triangleFixture();
    Object.assign(fixture.json, {
      extensions: { KHR_lights_punctual: { lights: [{ type: 'point', intensity: 50 }] } },
    });
    fixture.json.nodes.push({ translation: [0, 2, 0], extensions: { KHR_lights_punctual: { light: 0 } } });
    expect((await prepare(fixture.glb())).sky).toBe(false);
  });

  it('passes warnings on, the reader’s and the packer’s', async () => {
    const fixture = createFixture();
    const POSITION = fixture.accessor(Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 5, 5, 5, 5, 5, 5, 5, 5, 5), 'VEC3');
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION } }, { attributes: { POSITION }, mode: 0 }] });
    fixture.json.nodes.push({ mesh: 0 });
    const { summary } = await prepare(fixture.glb());
    expect(summary.triangles).toBe(1);
    expect(summary.warnings).toHaveLength(2);
    expect(summary.warnings[0]).toMatch(/Points and lines/);
  });

  it('refuses a scene of nothing but triangles without area', async () => {
    const fixture = createFixture();
    const POSITION = fixture.accessor(new Float32Array(9), 'VEC3');
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION } }] });
    fixture.json.nodes.push({ mesh: 0 });
    await expect(prepare(fixture.glb())).rejects.toThrow(/no triangle with an area/);
  });

  it('refuses an environment that cannot be', async () => {
    const environment = { kind: 'map', width: 2, height: 2, rgb: new Float32Array(3) } as const;
    await expect(prepare(triangleFixture().glb(), { environment })).rejects.toThrow(AssetError);
  });
});
