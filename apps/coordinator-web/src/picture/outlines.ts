import type { TileView } from '@tabgrid/coordinator/api';
import type { Millis } from '@tabgrid/protocol/ids';

/**
 * Which tiles are outlined, and how strongly: in full while they run, fading for a moment after they were accepted. What was
 * accepted before the first look never flashes.
 */

/** How long an accepted tile stays outlined. */
export const AFTERGLOW_MS: Millis = 1500;

export interface Outline {
  readonly tile: TileView;
  /** 1 in full, towards 0 as it fades. */
  readonly strength: number;
}

export interface Outliner {
  /** @param fade without it (reduced motion), an outline stays in full and then goes at once */
  update(tiles: readonly TileView[], now: Millis, fade: boolean): readonly Outline[];
}

export function createOutliner(): Outliner {
  let seen: Map<string, { readonly volunteer: number; readonly acceptedAt: Millis }> | null = null;
  return {
    update(tiles, now, fade) {
      const next = new Map<string, { readonly volunteer: number; readonly acceptedAt: Millis }>();
      const outlines: Outline[] = [];
      // A tile may be there once for each round of its samples: the last one counts.
      const accepted = new Map<string, TileView>();
      for (const tile of tiles) {
        if (tile.state === 'running') outlines.push({ tile, strength: 1 });
        else accepted.set(`${tile.x},${tile.y},${tile.width},${tile.height}`, tile);
      }
      for (const [key, tile] of accepted) {
        const before = seen?.get(key);
        const acceptedAt =
          before?.volunteer === tile.volunteer ? before.acceptedAt : seen === null ? Number.NEGATIVE_INFINITY : now;
        next.set(key, { volunteer: tile.volunteer, acceptedAt });
        const age = now - acceptedAt;
        if (age < AFTERGLOW_MS) outlines.push({ tile, strength: fade ? 1 - age / AFTERGLOW_MS : 1 });
      }
      seen = next;
      return outlines;
    },
  };
}
