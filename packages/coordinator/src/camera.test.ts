import type { CameraSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from './api.js';
import { cameraParams, checkLens, middleOf } from './camera.js';
import { preparedCornell } from './test-kit.js';

const CAMERA: CameraSource = {
  name: 'hero',
  position: [1, 2, 3],
  right: [0, 0, -1],
  up: [0, 1, 0],
  forward: [-1, 0, 0],
  // tan of its half is ½: the focal length is as long as the frame is high, 24 mm.
  yfov: 2 * Math.atan(0.5),
};
const { name: _, ...plain } = CAMERA;

describe('a camera', () => {
  it('is a pinhole without an aperture, whatever the focus', () => {
    expect(cameraParams(CAMERA, {}, [0, 0, 0])).toEqual(plain);
    expect(cameraParams(CAMERA, { focus: 3 }, [0, 0, 0])).toEqual(plain);
  });

  it('has a lens as wide as a 35 mm camera’s of its angle', () => {
    const { lens } = cameraParams(CAMERA, { aperture: 2, focus: 5 }, [0, 0, 0]);
    expect(lens?.radius).toBeCloseTo(0.006, 9);
    expect(lens?.distance).toBe(5);
  });

  it('is sharp at what stands in its middle, measured along the view', () => {
    const focused = (middle: readonly [number, number, number]) =>
      cameraParams(CAMERA, { aperture: 2 }, middle).lens?.distance;
    expect(focused([-6, 2, 3])).toBe(7);
    expect(focused([-6, 50, 3])).toBe(7);
    // Behind it: as near as it goes.
    expect(focused([6, 2, 3])).toBe(0.001);
  });

  it('takes its height along when it is orthographic, and no lens', () => {
    const flat = { ...CAMERA, orthographicHeight: 4 };
    expect(cameraParams(flat, {}, [0, 0, 0])).toEqual({ ...plain, orthographicHeight: 4 });
    expect(() => cameraParams(flat, { aperture: 2 }, [0, 0, 0])).toThrow(/orthographic camera has no lens/);
  });

  it('has bounds that are named', () => {
    checkLens({});
    checkLens({ aperture: 0.7, focus: 100 });
    for (const lens of [{ aperture: 0 }, { aperture: -1 }, { aperture: Number.NaN }, { focus: 0 }, { focus: 1e9 }]) {
      expect(() => checkLens(lens)).toThrow(UserError);
    }
    expect(() => checkLens({ aperture: 0 })).toThrow(/f-number from 0.001 to 1,000/);
  });
});

describe('the middle of a picture', () => {
  let scene: Awaited<ReturnType<typeof preparedCornell>>;
  beforeAll(async () => {
    scene = await preparedCornell();
  });

  it('is what the camera’s middle ray meets, and else the scene’s own middle', () => {
    const [camera] = scene.cameras;
    const hit = middleOf(scene, camera?.name ?? '');
    expect(hit).toEqual(scene.middles[0]);
    // The box is five and a half metres deep, and seen from eight metres before it.
    const along = hit.reduce((sum, x, i) => sum + (x - (camera?.position[i] ?? 0)) * (camera?.forward[i] ?? 0), 0);
    expect(along).toBeGreaterThan(1);
    const framing = Float32Array.of(-1, -2, -3, 3, 4, 5);
    expect(middleOf({ ...scene, framing }, 'another')).toEqual([1, 1, 1]);
    expect(middleOf({ ...scene, framing, middles: [null] }, camera?.name ?? '')).toEqual([1, 1, 1]);
  });
});
