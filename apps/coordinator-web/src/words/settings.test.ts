import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FIRST_DRAFT,
  NUMBER_FIELDS,
  presetOf,
  problemOf,
  RULES,
  readDraft,
  SIZE_PRESETS,
  withPreset,
} from './settings.js';

describe('readDraft', () => {
  it('reads the first draft as it stands', () => {
    expect(readDraft(FIRST_DRAFT)).toEqual({
      ok: true,
      spec: { width: 960, height: 540, spp: 64, bounces: 6, seed: 1, camera: null, tile: null, verify: 'spot' },
    });
  });

  it('takes a camera, a tile side and a way to check', () => {
    const read = readDraft({ ...FIRST_DRAFT, camera: 'Main', tile: ' 32 ', verify: 'replicate' });
    expect(read).toMatchObject({ ok: true, spec: { camera: 'Main', tile: 32, verify: 'replicate' } });
  });

  it('takes a lens, with fractions', () => {
    expect(readDraft({ ...FIRST_DRAFT, aperture: '2.8', focus: '0.5' })).toMatchObject({
      spec: { aperture: 2.8, focus: 0.5 },
    });
    const sharp = readDraft(FIRST_DRAFT);
    expect(sharp.ok && Object.keys(sharp.spec)).not.toContain('aperture');
    expect(sharp.ok && Object.keys(sharp.spec)).not.toContain('denoise');
    expect(readDraft({ ...FIRST_DRAFT, denoise: true })).toMatchObject({ spec: { denoise: true } });
    expect(problemOf('aperture', '0')).toBe('Aperture, f/ goes from 0.001 to 1,000.');
    expect(problemOf('focus', 'far')).toBe('Focus, metres is not a number.');
  });

  it('names every field that stands in the way', () => {
    expect(
      readDraft({ ...FIRST_DRAFT, width: '0', height: '16385', spp: '', bounces: 'six', seed: '1.5', tile: '4' }),
    ).toEqual({
      ok: false,
      problems: {
        width: 'Width goes from 1 to 16,384 pixels.',
        height: 'Height goes from 1 to 16,384 pixels.',
        spp: 'Samples is empty.',
        bounces: 'Bounces is not a number.',
        seed: 'Seed must be a whole number.',
        tile: 'Tile goes from 8 to 512 pixels.',
      },
    });
  });

  it('accepts exactly the whole numbers inside each bound', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NUMBER_FIELDS), fc.integer({ min: -10, max: 0x1_0000_0010 }), (field, value) => {
        const rule = RULES[field];
        expect(problemOf(field, String(value)) === null).toBe(value >= rule.min && value <= rule.max);
      }),
    );
  });

  it('never lets through what is not a finite whole number', () => {
    for (const text of ['Infinity', '-1', 'NaN', '0x', '1e99', '12px', '--', '½']) {
      for (const field of NUMBER_FIELDS) expect(problemOf(field, text), `${field} ${text}`).not.toBeNull();
    }
  });
});

describe('size presets', () => {
  it('are recognised in the fields that they fill', () => {
    for (const preset of SIZE_PRESETS) {
      const key = `${preset.width}x${preset.height}`;
      const draft = withPreset(FIRST_DRAFT, key);
      expect(presetOf(draft)).toBe(key);
      expect(readDraft(draft)).toMatchObject({ ok: true, spec: { width: preset.width, height: preset.height } });
    }
  });

  it('leave free numbers alone', () => {
    const free = { ...FIRST_DRAFT, width: '777' };
    expect(presetOf(free)).toBe('');
    expect(withPreset(free, 'nonsense')).toBe(free);
  });
});
