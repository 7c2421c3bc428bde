import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bytes } from '@tabgrid/protocol/bytes';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './decode-node.js';
import { readGltf } from './gltf.js';
import { readHdr } from './hdr.js';
import { prepareScene } from './prepare.js';

/** Real files of other people's tools. They lie beside the project's checkout, not in it. */
const MODELS = fileURLToPath(new URL('../../../../shared/data/models/', import.meta.url));
const missing = !existsSync(MODELS);
const load = (name: string): Bytes => new Uint8Array(readFileSync(MODELS + name));
const read = (name: string) => readGltf(load(name), { decodeImage });

function bounds(positions: Float32Array) {
  const axis = (c: number) => positions.filter((_, i) => i % 3 === c);
  return [0, 1, 2].map((c) => {
    const values = axis(c);
    return { min: values.reduce((a, b) => Math.min(a, b)), max: values.reduce((a, b) => Math.max(a, b)) };
  });
}

/** Generous: a busy machine. */
const LIMIT_MS = 180_000;

describe.skipIf(missing)(
  `models${missing ? ' (skipped: ../shared/data/models is not there)' : ''}`,
  { timeout: LIMIT_MS },
  () => {
    it('FlightHelmet: all its triangles, materials and the images that are rendered', async () => {
      const { scene, warnings } = await read('FlightHelmet.glb');
      expect(scene.indices.length / 3).toBe(94_722);
      expect(scene.materials.map(({ name }) => name).toSorted()).toEqual([
        'GlassPlasticMat',
        'HoseMat',
        'LeatherPartsMat',
        'LensesMat',
        'MetalPartsMat',
        'RubberWoodMat',
      ]);
      expect(scene.images).toHaveLength(15);
      expect(new Set(scene.images.map(({ width, height }) => `${width}×${height}`))).toEqual(
        new Set(['512×512', '32×32']),
      );
      expect(scene.materials.filter(({ normalTexture }) => normalTexture)).toHaveLength(6);
      expect(warnings).toEqual([]);
      const [x, y, z] = bounds(scene.positions);
      expect((y?.max ?? 0) - (y?.min ?? 0)).toBeGreaterThan(0.7);
      for (const side of [x, z]) expect((side?.max ?? 0) - (side?.min ?? 0)).toBeLessThan(0.4);
    });

    it('Fox stands: longer than high, higher than wide, its feet on the ground', async () => {
      const { scene, warnings } = await read('Fox.glb');
      expect(scene.indices.length / 3).toBe(576);
      const [x, y, z] = bounds(scene.positions).map(({ min, max }) => max - min);
      expect(z).toBeGreaterThan(y ?? 0);
      expect(y).toBeGreaterThan(2 * (x ?? 0));
      expect(Math.abs(bounds(scene.positions)[1]?.min ?? 9)).toBeLessThan(1);
      expect(scene.materials[0]).toMatchObject({ metallic: 0, baseColorTexture: { image: 0 } });
      expect(warnings).toEqual([expect.stringMatching(/rest pose/)]);
    });

    it('Fox walks: its legs apart at one time and the other way round half a cycle later', async () => {
      const pose = (time: number, animation: string | null) =>
        readGltf(load('Fox.glb'), { decodeImage, time, animation });
      const { scene, animation, warnings } = await pose(0.2, 'Walk');
      expect(animation?.name).toBe('Walk');
      expect(animation?.seconds).toBeCloseTo(0.708, 2);
      expect(warnings).toEqual([]);
      expect(scene.instances).toBeUndefined();
      const rest = await read('Fox.glb');
      const moved = (other: Float32Array) =>
        scene.positions.reduce((most, x, i) => Math.max(most, Math.abs(x - (other[i] ?? 0))), 0);
      expect(moved(rest.scene.positions)).toBeGreaterThan(10);
      expect(moved((await pose(0.2 + 0.354, 'Walk')).scene.positions)).toBeGreaterThan(10);
      // A cycle ends as it begins.
      const [first, last] = [await pose(0, 'Walk'), await pose(0.708_33, 'Walk')];
      const drift = first.scene.positions.map((x, i) => Math.abs(x - (last.scene.positions[i] ?? 0)));
      expect(drift.reduce((a, b) => Math.max(a, b))).toBeLessThan(1);
      // Its bones bend, they do not stretch: as high as in the rest pose, within a quarter.
      const height = ({ positions }: typeof scene) => {
        const y = bounds(positions)[1];
        return (y?.max ?? 0) - (y?.min ?? 0);
      };
      expect(height(scene) / height(rest.scene)).toBeGreaterThan(0.75);
      expect(height(scene) / height(rest.scene)).toBeLessThan(1.25);
      expect((await pose(0, null)).animation?.name).toBe('Survey');
    });

    it.each([
      ['alien.glb', 292, 0, 5],
      // Its candles are one mesh.
      ['cakeBirthday.glb', 1332, 1, 7],
      ['craft_speederD.glb', 322, 0, 4],
    ])('%s has its triangles and its colours', async (name, triangles, instanced, materials) => {
      const { scene, warnings } = await read(name);
      const copies = scene.instances?.map((mesh) => mesh.triangleCount * (mesh.transforms.length / 12 - 1)) ?? [];
      expect(scene.indices.length / 3 + copies.reduce((sum, more) => sum + more, 0)).toBe(triangles);
      expect(copies).toHaveLength(instanced);
      expect(scene.materials).toHaveLength(materials);
      expect(new Set(scene.materials.map(({ baseColor }) => baseColor.join())).size).toBe(materials);
      expect(scene.normals.every(Number.isFinite)).toBe(true);
      expect(warnings).toEqual([]);
    });

    it('spiaggia_di_mondello_1k: a beach with its sun in the upper half', () => {
      const map = readHdr(load('spiaggia_di_mondello_1k.hdr'));
      expect(map).toMatchObject({ width: 1024, height: 512 });
      const brightest = map.rgb.reduce((best, x, i) => (x > (map.rgb[best] ?? 0) ? i : best), 0);
      expect(Math.floor(brightest / 3 / map.width)).toBeLessThan(256);
      expect(map.rgb[brightest]).toBeGreaterThan(100);
      const mean = map.rgb.reduce((sum, x) => sum + x, 0) / map.rgb.length;
      expect(mean).toBeGreaterThan(0.1);
      expect(mean).toBeLessThan(10);
    });

    it('FlightHelmet is prepared for volunteers in the light of the beach', async () => {
      const prepared = await prepareScene({
        name: 'FlightHelmet.glb',
        file: load('FlightHelmet.glb'),
        environment: readHdr(load('spiaggia_di_mondello_1k.hdr')),
        decodeImage,
        aspect: 1,
      });
      expect(prepared.summary).toMatchObject({ materials: 6, textures: 15, cameras: ['default'] });
      expect(prepared.summary.triangles).toBeGreaterThan(94_000);
      expect(prepared.environmentManifest).toMatchObject({ kind: 'map', width: 1024, height: 512 });
    });
  },
);
