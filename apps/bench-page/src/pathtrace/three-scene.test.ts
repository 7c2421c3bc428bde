import { lookAt, material, quad, sceneOf } from '@tabgrid/webgpu-kernels/pathtrace/fixtures';
import { Matrix4, type Mesh, type MeshStandardMaterial, RectAreaLight, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { type BenchScene, LAMP } from './scene.js';
import { largestImage, toThree } from './three-scene.js';

const image = { width: 2, height: 1, rgba: Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 255) };
const source = sceneOf(
  [
    quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 0),
    quad([0, 0, 1], [2, 0, 0], [0, 2, 0], 1),
    quad([0, 2, 0], [1, 0, 0], [0, 0, 1], 2),
  ],
  [
    material({
      name: 'red',
      baseColor: [0.5, 0.25, 0.125, 1],
      baseColorTexture: { image: 0, wrapS: 'clamp', wrapT: 'mirror', nearest: true },
    }),
    material({ name: 'steel', metallic: 1, roughness: 0.25, doubleSided: true }),
    material({ name: LAMP, emissive: [8, 4, 2] }),
  ],
  [image],
);
const scene: BenchScene = {
  source,
  environment: null,
  camera: { name: 'camera', ...lookAt([1, 2, 5], [0, 1, 0], 0.7) },
  lamp: { centre: [0.5, 2, 0.5], right: [-1, 0, 0], up: [0, 0, 2], radiance: [8, 4, 2] },
};

const isMesh = (thing: object): thing is Mesh<Mesh['geometry'], MeshStandardMaterial> => 'isMesh' in thing;
const meshesOf = (wanted: BenchScene) => toThree(wanted).scene.children.filter(isMesh);

describe('a scene in three.js', () => {
  it('has a mesh a material, with the vertices that it uses', () => {
    const [red, steel, ...rest] = meshesOf(scene);
    expect(rest).toEqual([]);
    expect(red?.geometry.getAttribute('position').count).toBe(4);
    expect([...(steel?.geometry.getAttribute('position').array ?? [])].slice(0, 6)).toEqual([0, 0, 1, 2, 0, 1]);
    expect(steel?.geometry.index?.count).toBe(6);
    expect(steel?.material.metalness).toBe(1);
    expect(steel?.material.roughness).toBe(0.25);
    expect(red?.material.color.toArray()).toEqual([0.5, 0.25, 0.125]);
    expect(red?.material.map?.image).toMatchObject({ width: 2, height: 1 });
    expect(red?.material.map?.colorSpace).toBe('srgb');
  });

  it('samples the lamp as a light of the same radiance and place, or leaves it a mesh', () => {
    const light = toThree(scene).scene.children.find((child) => child instanceof RectAreaLight);
    expect(light?.color.clone().multiplyScalar(light.intensity).toArray()).toEqual([8, 4, 2]);
    expect([light?.width, light?.height]).toEqual([1, 2]);
    light?.updateMatrixWorld();
    const down = new Vector3(0, 0, -1).transformDirection(light?.matrixWorld ?? new Matrix4());
    expect(down.y).toBeCloseTo(-1, 6);
    const lampless = meshesOf({ ...scene, lamp: null });
    expect(lampless).toHaveLength(3);
    const glow = lampless[2]?.material;
    expect(glow?.emissive.clone().multiplyScalar(glow.emissiveIntensity).toArray()).toEqual([8, 4, 2]);
  });

  it('looks where the camera looks', () => {
    const { camera } = toThree(scene);
    const forward = new Vector3();
    camera.getWorldDirection(forward);
    scene.camera.forward.forEach((x, axis) => {
      expect(forward.getComponent(axis)).toBeCloseTo(x, 6);
      expect(camera.position.getComponent(axis)).toBe(scene.camera.position[axis]);
    });
    expect((camera.fov * Math.PI) / 180).toBeCloseTo(0.7, 9);
  });

  it('lays an environment’s first row to the top', () => {
    const rgb = Float32Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4);
    const lit = toThree({ ...scene, environment: { kind: 'map', width: 2, height: 2, rgb } }).scene;
    const texels = [3, 4, 1, 2].flatMap((x) => [x, x, x, 1]);
    expect(lit.environment?.image).toMatchObject({ data: Float32Array.from(texels) });
    expect(lit.background).toBe(lit.environment);
  });
});

it('knows the largest image', () => {
  expect(largestImage(source)).toBe(2);
  expect(largestImage({ ...source, images: [] })).toBe(1);
});
