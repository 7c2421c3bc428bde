import { expect, it } from 'vitest';
import { parseRenderOptions } from './render-options.js';
import { UsageError } from './usage-error.js';

it('reads a render command, with defaults that the help states', () => {
  const options = parseRenderOptions(['bunny', '--width', '64', '--tile', '32', '--relay-only']);
  expect(options).toMatchObject({
    scene: { kind: 'builtin', name: 'bunny' },
    spec: { width: 64, height: 270, spp: 16, bounces: 5, seed: 1, tile: 32, camera: null, verify: 'spot' },
    volunteers: 2,
    relayOnly: true,
    out: 'out/bunny.png',
  });
  expect(parseRenderOptions(['--help'])).toBeNull();
  const checked = parseRenderOptions(['bunny', '--volunteers', '3', '--verify', 'replicate', '--chaos', 'lie=1@0.2']);
  expect(checked).toMatchObject({ spec: { verify: 'replicate' }, chaos: [{ kind: 'lie', count: 1, at: 0.2 }] });
});

it('takes a time, a lens and how the picture is shown', () => {
  const plain = parseRenderOptions(['bunny']);
  expect(plain).toMatchObject({ time: null, tone: { curve: 'aces', exposure: 0 } });
  expect(plain?.spec).not.toHaveProperty('aperture');
  expect(plain?.spec).not.toHaveProperty('denoise');
  expect(parseRenderOptions(['bunny', '--denoise'])?.spec.denoise).toBe(true);
  expect(parseRenderOptions(['bunny', '--noise', '0.02', '--clamp', '10'])?.spec).toMatchObject({
    ...{ noise: 0.02, spp: 4096, clamp: 10 },
  });
  const argv = ['bunny', '--time', '1.5', '--aperture', '.7', '--focus', '3', '--tonemap', 'agx', '--exposure', '-2.5'];
  expect(parseRenderOptions(argv)).toMatchObject({
    time: 1.5,
    tone: { curve: 'agx', exposure: -2.5 },
    spec: { aperture: 0.7, focus: 3 },
  });
  const auto = parseRenderOptions(['bunny', '--aperture', '2.8', '--focus', 'auto', '--exposure=1']);
  expect(auto).toMatchObject({ spec: { aperture: 2.8 }, tone: { exposure: 1 } });
  expect(auto?.spec).not.toHaveProperty('focus');
});

it.each([
  [[], /Name a scene/],
  [['teapot'], /neither a built-in scene/],
  [['missing.glb'], /does not exist/],
  [['bunny', '--width', '0'], /--width 0/],
  [['bunny', '--height', '16385'], /--height 16385/],
  [['bunny', '--spp', 'many'], /--spp many/],
  [['bunny', '--noise', '0.02', '--spp', '16'], /--spp 16: with --noise a pixel gets 32/],
  [['bunny', '--noise', '7'], /--noise 7/],
  [['bunny', '--clamp', '0'], /--clamp 0/],
  [['bunny', '--tile', '4'], /--tile 4: give a whole number from 8/],
  [['bunny', '--frobnicate'], /frobnicate/],
  [['bunny', '--time', '-1'], /--time/],
  [['bunny', '--time', '1e3'], /--time 1e3: give a number from 0/],
  [['bunny', '--aperture', '0'], /--aperture 0: give a number from 0.001 to 1000/],
  [['bunny', '--aperture', '2', '--focus', 'far'], /--focus far/],
  [['bunny', '--focus', '3'], /--focus needs a lens/],
  [['bunny', '--tonemap', 'filmic'], /--tonemap filmic: choose one of aces, agx, neutral, linear/],
  [['bunny', '--exposure', '-17'], /--exposure -17: give a number from -16 to 16/],
  [['bunny', 'cornell'], /One scene at a time/],
  [['bunny', '--environment', 'none.hdr'], /none\.hdr does not exist/],
  [['bunny', '--verify', 'twice'], /--verify twice: choose one of none, spot, replicate/],
  [['bunny', '--verify', 'replicate', '--volunteers', '1'], /open at least 2/],
  [['bunny', '--volunteers', '3', '--verify', 'none', '--chaos', 'lie=1@0.2'], /leave --verify none out/],
])('says what is wrong with %j', (argv, message) => {
  expect(() => parseRenderOptions(argv)).toThrow(UsageError);
  expect(() => parseRenderOptions(argv)).toThrow(message);
});
