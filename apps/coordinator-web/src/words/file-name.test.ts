import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fileNameOf } from './file-name.js';

const spec = {
  width: 480,
  height: 270,
  spp: 16,
  bounces: 6,
  seed: 1,
  camera: null,
  tile: null,
  verify: 'none',
} as const;

it.each([
  ['Bunny', 'bunny-480x270-32spp.png'],
  ['FlightHelmet.glb', 'flighthelmet-480x270-32spp.png'],
  ['Café / Straße №2', 'café-straße-2-480x270-32spp.png'],
  ['../../etc', 'etc-480x270-32spp.png'],
  ['***', 'picture-480x270-32spp.png'],
])('%s becomes %s', (title, name) => {
  expect(fileNameOf({ title, spec, spp: 32 }, 'png')).toBe(name);
});

it('is a plain file name whatever the title', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (title) => {
      expect(fileNameOf({ title, spec, spp: 1 }, 'exr')).toMatch(/^[^/\\:*?"<>|\s]+-480x270-1spp\.exr$/u);
    }),
  );
});
