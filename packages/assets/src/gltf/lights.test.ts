import { describe, expect, it } from 'vitest';
import { read, rounded, triangleFixture } from './fixtures.js';

async function lightsOf(light: object, node: object = {}) {
  const fixture = triangleFixture();
  Object.assign(fixture.json, { extensions: { KHR_lights_punctual: { lights: [light] } } });
  fixture.json.nodes.push({ ...node, extensions: { KHR_lights_punctual: { light: 0 } } });
  const { scene, warnings } = await read(fixture.glb());
  return { lights: scene.lights, warnings };
}

const QUARTER_AROUND_Y = [0, Math.SQRT1_2, 0, Math.SQRT1_2];

describe('lights', () => {
  it('shine as bright as colour × intensity, without end where no range is given', async () => {
    const { lights } = await lightsOf({ type: 'point', color: [1, 0.5, 0], intensity: 40 }, { translation: [1, 2, 3] });
    expect(lights).toEqual([{ kind: 'point', position: [1, 2, 3], intensity: [40, 20, 0], range: Infinity }]);
    expect((await lightsOf({ type: 'point', range: 5 })).lights).toEqual([
      { kind: 'point', position: [0, 0, 0], intensity: [1, 1, 1], range: 5 },
    ]);
  });

  it('shine along −Z of their node, whatever its scale', async () => {
    const { lights } = await lightsOf(
      { type: 'directional', intensity: 3 },
      { rotation: QUARTER_AROUND_Y, scale: [7, 7, 7] },
    );
    const [sun] = lights ?? [];
    expect(sun).toMatchObject({ kind: 'directional', intensity: [3, 3, 3] });
    expect(rounded(sun?.kind === 'directional' ? sun.direction : [])).toEqual([-1, 0, 0]);
  });

  it('have cones, 0 to 45° by default, the inner within the outer', async () => {
    const spot = (cone: object) => lightsOf({ type: 'spot', spot: cone }, { translation: [0, 4, 0] });
    expect((await lightsOf({ type: 'spot' })).lights).toEqual([
      {
        kind: 'spot',
        position: [0, 0, 0],
        direction: [-0, -0, -1],
        intensity: [1, 1, 1],
        range: Infinity,
        innerCone: 0,
        outerCone: Math.PI / 4,
      },
    ]);
    expect((await spot({ innerConeAngle: 0.2, outerConeAngle: 0.5 })).lights).toMatchObject([
      { position: [0, 4, 0], innerCone: 0.2, outerCone: 0.5 },
    ]);
    expect((await spot({ innerConeAngle: 3, outerConeAngle: 9 })).lights).toMatchObject([
      { innerCone: Math.PI / 2, outerCone: Math.PI / 2 },
    ]);
  });

  it('are left out where they are black, hidden, or nowhere', async () => {
    expect((await lightsOf({ type: 'point', intensity: 0 })).lights).toBeUndefined();
    expect((await lightsOf({ type: 'point', color: [0, 0, 0] })).lights).toBeUndefined();
    const fixture = triangleFixture();
    Object.assign(fixture.json, { extensions: { KHR_lights_punctual: { lights: [{ type: 'point' }] } } });
    const extensions = { KHR_lights_punctual: { light: 0 } };
    fixture.json.nodes.push({ extensions: { ...extensions, KHR_node_visibility: { visible: false } } });
    expect((await read(fixture.glb())).scene).not.toHaveProperty('lights');
    fixture.json.nodes.push(
      { extensions, scale: [1e308, 1e308, 1e308], translation: [1, 1, 1] },
      { children: [2], scale: [1e308, 1e308, 1e308], translation: [1e308, 0, 0] },
    );
    const far = await read(fixture.glb());
    expect(far.scene).not.toHaveProperty('lights');
    expect(far.warnings).toEqual([expect.stringMatching(/light is nowhere/)]);
  });
});
