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

it.each([
  [[], /Name a scene/],
  [['teapot'], /neither a built-in scene/],
  [['missing.glb'], /does not exist/],
  [['bunny', '--width', '0'], /--width 0/],
  [['bunny', '--height', '16385'], /--height 16385/],
  [['bunny', '--spp', 'many'], /--spp many/],
  [['bunny', '--frobnicate'], /frobnicate/],
  [['bunny', 'cornell'], /One scene at a time/],
  [['bunny', '--environment', 'none.hdr'], /none\.hdr does not exist/],
  [['bunny', '--verify', 'twice'], /--verify twice: choose one of none, spot, replicate/],
  [['bunny', '--verify', 'replicate', '--volunteers', '1'], /open at least 2/],
  [['bunny', '--volunteers', '3', '--verify', 'none', '--chaos', 'lie=1@0.2'], /leave --verify none out/],
])('says what is wrong with %j', (argv, message) => {
  expect(() => parseRenderOptions(argv)).toThrow(UsageError);
  expect(() => parseRenderOptions(argv)).toThrow(message);
});
