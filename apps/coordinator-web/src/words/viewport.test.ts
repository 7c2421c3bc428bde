import type { ViewportView } from '@tabgrid/coordinator/viewport/api';
import { describe, expect, it } from 'vitest';
import { aViewport } from '../testing/samples.js';
import { viewHelpers, viewShown, viewState } from './viewport.js';

const view = (change: Partial<ViewportView> = {}): ViewportView =>
  aViewport({ width: 256, height: 256, shown: { width: 64, height: 64, samples: 1 }, ...change });

describe('the view in words', () => {
  it('says who takes part and how soon a picture is there', () => {
    expect(viewHelpers(view())).toBe('2 volunteers, 84 ms a picture');
    expect(viewHelpers(view({ helpers: 1, firstMs: null }))).toBe('1 volunteer');
    expect(viewHelpers(view({ shown: null }))).toBe('Waiting for the first picture');
  });

  it('says what is shown', () => {
    expect(viewShown(view())).toBe('Rough, 64 × 64 px');
    expect(viewShown(view({ shown: { width: 256, height: 256, samples: 4 } }))).toBe('256 × 256 px, 4 of 64 samples');
    expect(viewShown(view({ shown: { width: 256, height: 256, samples: 64 } }))).toBe('256 × 256 px, 64 samples');
    expect(viewShown(view({ shown: null }))).toBe('');
  });

  it('says when it waits', () => {
    expect(viewState(view())).toBe('Looking around');
    expect(viewState(view({ notice: 'Nobody is here.' }))).toBe('Waiting');
    expect(viewState(view({ state: 'stuck', notice: 'It broke.' }))).toBe('Stuck');
  });
});
