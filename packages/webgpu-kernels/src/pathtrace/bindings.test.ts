import { expect, it } from 'vitest';
import { type GpuSession, InvalidTaskError, OutOfMemoryError } from '../gpu-session.js';
import { checkInputs } from './bindings.js';
import { lookAt, material, sceneOf, sphere } from './fixtures.js';
import { programFor } from './program.js';
import { instancedScene, rowsOf } from './test-instances.js';
import { prepare } from './test-render.js';

const { params, inputs } = await prepare({
  scene: sceneOf([sphere([0, 0, 0], 1, 80, 0)], [material({})]),
  environment: { kind: 'map', width: 64, height: 32, rgb: new Float32Array(3 * 64 * 32).fill(1) },
  camera: lookAt([0, 0, 3], [0, 0, 0], 0.8),
});

/** A session of which nothing but its device's limits is asked. */
function gpuThatGives(maxStorageBufferBindingSize: number, maxBufferSize = maxStorageBufferBindingSize): GpuSession {
  const limits = { maxStorageBufferBindingSize, maxBufferSize };
  return { device: { limits } } as unknown as GpuSession;
}

it('lets pass what fits, by the smaller of both limits', () => {
  expect(() => checkInputs(gpuThatGives(2 ** 27), params, inputs)).not.toThrow();
  expect(() => checkInputs(gpuThatGives(2 ** 27, 2 ** 20), params, inputs)).toThrow(OutOfMemoryError);
});

it('says what does not fit, and the sum', () => {
  // 25,280 triangles of 48 bytes, and half as many nodes of 32.
  expect(() => checkInputs(gpuThatGives(2 ** 20), params, inputs)).toThrow(
    "the scene's triangles need 2 MiB, this GPU gives 1 MiB in one piece",
  );
  expect(() => checkInputs(gpuThatGives(2 ** 18), params, inputs)).toThrow(/the scene's tree nodes need 1 MiB/);
});

it('refuses inputs that are not those that the parameters name', () => {
  expect(() => checkInputs(gpuThatGives(2 ** 27), params, inputs.slice(1))).toThrow(InvalidTaskError);
});

it('binds no more storage buffers than WebGPU’s default limits allow, with all that a scene can have', async () => {
  const ball = sphere([0, 0, 0], 1, 8, 0);
  const places = [rowsOf([0, 0, 0]), rowsOf([2, 0, 0])];
  const baseColorTexture = { image: 0, wrapS: 'repeat', wrapT: 'repeat', nearest: false } as const;
  const full = await prepare({
    scene: instancedScene(
      [ball],
      [{ meshes: [ball], places }],
      [material({ baseColorTexture })],
      [{ width: 2, height: 1, rgba: Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255) }],
    ),
    environment: { kind: 'map', width: 4, height: 2, rgb: new Float32Array(24).fill(1) },
    camera: lookAt([0, 0, 3], [0, 0, 0], 0.8),
  });
  const { wgsl } = programFor(full.params, 'mis');
  // Seven inputs, and the film.
  expect(wgsl.match(/var<storage/g)).toHaveLength(8);
  expect(full.inputs).toHaveLength(7);
});
