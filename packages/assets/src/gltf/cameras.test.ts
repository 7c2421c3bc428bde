import { describe, expect, it } from 'vitest';
import { read, rounded, triangleFixture } from './fixtures.js';

const QUARTER_AROUND_Z = [0, 0, Math.SQRT1_2, Math.SQRT1_2];

describe('cameras', () => {
  const withCamera = async (camera: Record<string, unknown>, node: object) => {
    const fixture = triangleFixture();
    fixture.json.cameras.push(camera);
    fixture.json.nodes.push({ camera: 0, ...node });
    return read(fixture.glb());
  };

  it('look along −Z of their node, with +Y up, scale or not', async () => {
    const { scene } = await withCamera(
      { type: 'perspective', perspective: { yfov: 0.7, znear: 0.1 } },
      { name: 'hero', translation: [1, 2, 3], rotation: QUARTER_AROUND_Z, scale: [3, 3, 3] },
    );
    const [camera] = scene.cameras;
    expect(camera?.name).toBe('hero');
    expect(camera?.yfov).toBe(0.7);
    expect(rounded(camera?.position ?? [])).toEqual([1, 2, 3]);
    expect(rounded(camera?.forward ?? [])).toEqual([0, 0, -1]);
    expect(rounded(camera?.up ?? [])).toEqual([-1, 0, 0]);
    expect(rounded(camera?.right ?? [])).toEqual([0, 1, 0]);
  });

  it('get names that tell them apart', async () => {
    const fixture = triangleFixture();
    fixture.json.cameras.push({ type: 'perspective', name: 'main', perspective: { yfov: 1, znear: 0.1 } });
    fixture.json.nodes.push({ camera: 0 }, { camera: 0 }, { camera: 0, name: 'other' });
    const { scene } = await read(fixture.glb());
    expect(scene.cameras.map(({ name }) => name)).toEqual(['main', 'main (2)', 'other']);
  });

  it('see twice their ymag when orthographic', async () => {
    const orthographic = { xmag: 3, ymag: 1.5, znear: 0, zfar: 10 };
    const { scene, warnings } = await withCamera(
      { type: 'orthographic', orthographic },
      { name: 'plan', translation: [0, 0, 5] },
    );
    expect(scene.cameras).toEqual([
      expect.objectContaining({ name: 'plan', position: [0, 0, 5], forward: [-0, -0, -1], orthographicHeight: 3 }),
    ]);
    expect(warnings).toEqual([]);
  });

  it('have no height when they are perspective ones', async () => {
    const { scene } = await withCamera({ type: 'perspective', perspective: { yfov: 0.7 } }, {});
    expect(scene.cameras[0]).not.toHaveProperty('orthographicHeight');
  });

  it('are left out by name when they see nothing or are nowhere', async () => {
    const flat = await withCamera({ type: 'orthographic', orthographic: { ymag: 0 } }, { name: 'flat' });
    expect(flat.scene.cameras).toEqual([]);
    expect(flat.warnings).toEqual([expect.stringMatching(/"flat" sees nothing/)]);
    const fixture = triangleFixture();
    fixture.json.cameras.push({ type: 'perspective', perspective: { yfov: 1 } });
    fixture.json.nodes.push(
      { camera: 0, name: 'far', scale: [1e308, 1e308, 1e308] },
      { children: [1], scale: [1e308, 1, 1] },
    );
    const far = await read(fixture.glb());
    expect(far.scene.cameras).toEqual([]);
    expect(far.warnings).toEqual([expect.stringMatching(/"far" is nowhere/)]);
  });
});
