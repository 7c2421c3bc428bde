import { triangleFixture } from '@tabgrid/assets/gltf/fixtures';
import { lookAt } from '@tabgrid/webgpu-kernels/pathtrace/fixtures';
import { Box3 } from 'three';
import { describe, expect, it } from 'vitest';
import { readByThree } from './three-gltf.js';

const seen = {
  camera: { name: 'camera', ...lookAt([0, 0, 5], [0, 0, 0], 0.6) },
  environment: { kind: 'map', width: 2, height: 1, rgb: Float32Array.of(1, 2, 3, 4, 5, 6) } as const,
};

/** A triangle of one metre that goes two metres up in one second. */
function rising() {
  const fixture = triangleFixture();
  Object.assign(fixture.json.accessors[0] ?? {}, { min: [0, 0, 0], max: [1, 1, 0] });
  const [input, output] = [
    fixture.accessor(Float32Array.of(0, 1), 'SCALAR', { min: [0], max: [1] }),
    fixture.accessor(Float32Array.of(0, 0, 0, 0, 2, 0), 'VEC3'),
  ];
  fixture.json['scenes'] = [{ nodes: [0] }];
  fixture.json['scene'] = 0;
  fixture.json.animations.push({
    name: 'Rise',
    samplers: [{ input, output }],
    channels: [{ sampler: 0, target: { node: 0, path: 'translation' } }],
  });
  return fixture.glb();
}

const lowest = (scene: Parameters<Box3['setFromObject']>[0]) => new Box3().setFromObject(scene).min.y;

describe('a file as three.js reads it', () => {
  it('stands at rest, under the environment, before the camera', async () => {
    const { scene, camera } = await readByThree(rising(), seen, null);
    expect(lowest(scene)).toBeCloseTo(0, 6);
    expect(scene.environment).not.toBeNull();
    expect(scene.background).toBe(scene.environment);
    expect(camera.position.toArray()).toEqual([0, 0, 5]);
  });

  it('stands as an animation has it', async () => {
    const { scene } = await readByThree(rising(), seen, { animation: 'Rise', time: 0.5 });
    expect(lowest(scene)).toBeCloseTo(1, 6);
  });

  it('refuses an animation that is not there', async () => {
    await expect(readByThree(rising(), seen, { animation: 'Fall', time: 0 })).rejects.toThrow('Fall');
  });
});
