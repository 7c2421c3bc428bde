import type { TileView } from '@tabgrid/coordinator/api';
import { describe, expect, it } from 'vitest';
import { AFTERGLOW_MS, createOutliner } from './outlines.js';

const tile = (x: number, state: TileView['state'], volunteer = 0): TileView => ({
  x,
  y: 0,
  width: 32,
  height: 32,
  state,
  volunteer,
});

describe('the outliner', () => {
  it('outlines running tiles in full', () => {
    expect(createOutliner().update([tile(0, 'running')], 0, true)).toEqual([{ tile: tile(0, 'running'), strength: 1 }]);
  });

  it('does not flash what was there before the first look', () => {
    expect(createOutliner().update([tile(0, 'accepted')], 0, true)).toEqual([]);
  });

  it('fades a tile after it was accepted, and then lets it be', () => {
    const outliner = createOutliner();
    outliner.update([tile(0, 'running')], 0, true);
    expect(outliner.update([tile(0, 'accepted')], 100, true)[0]?.strength).toBe(1);
    expect(outliner.update([tile(0, 'accepted')], 100 + AFTERGLOW_MS / 2, true)[0]?.strength).toBe(0.5);
    expect(outliner.update([tile(0, 'accepted')], 100 + AFTERGLOW_MS, true)).toEqual([]);
  });

  it('sees a tile that was too fast to be seen running, and one that changed hands', () => {
    const outliner = createOutliner();
    outliner.update([tile(32, 'accepted')], 0, true);
    const later = outliner.update([tile(0, 'accepted'), tile(32, 'accepted', 1)], 5000, true);
    expect(later.map((o) => o.strength)).toEqual([1, 1]);
  });

  it('lets a tile be that several volunteers gave samples of', () => {
    const outliner = createOutliner();
    const tiles = [tile(0, 'accepted', 1), tile(0, 'accepted', 2)];
    outliner.update([], 0, true);
    expect(outliner.update(tiles, 100, true)).toHaveLength(1);
    expect(outliner.update(tiles, 100 + AFTERGLOW_MS, true)).toEqual([]);
    expect(outliner.update(tiles, 200 + AFTERGLOW_MS, true)).toEqual([]);
  });

  it('changes at once, without fading, when motion is to be reduced', () => {
    const outliner = createOutliner();
    outliner.update([], 0, false);
    expect(outliner.update([tile(0, 'accepted')], 1, false)[0]?.strength).toBe(1);
    expect(outliner.update([tile(0, 'accepted')], AFTERGLOW_MS, false)[0]?.strength).toBe(1);
    expect(outliner.update([tile(0, 'accepted')], AFTERGLOW_MS + 1, false)).toEqual([]);
  });
});
