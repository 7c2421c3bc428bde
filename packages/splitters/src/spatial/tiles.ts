import type { PixelRect } from '@tabgrid/protocol/records';

/** The spatial decomposition of a picture: independent tiles, in the order in which a person wants to see them. */

/**
 * Cuts a film into tiles of at most `side` × `side` pixels, from the middle outwards in rings: what people look at comes
 * first, and neighbours come one after the other. Every pixel lies in exactly one tile.
 */
export function spiralTiles(width: number, height: number, side: number): readonly PixelRect[] {
  const columns = Math.ceil(width / side);
  const rows = Math.ceil(height / side);
  const places: { tile: PixelRect; ring: number; angle: number }[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = column * side;
      const y = row * side;
      const dx = column - (columns - 1) / 2;
      const dy = row - (rows - 1) / 2;
      places.push({
        tile: { x, y, width: Math.min(side, width - x), height: Math.min(side, height - y) },
        ring: Math.ceil(Math.max(Math.abs(dx), Math.abs(dy))),
        angle: Math.atan2(dy, dx),
      });
    }
  }
  places.sort((a, b) => a.ring - b.ring || a.angle - b.angle || a.tile.y - b.tile.y || a.tile.x - b.tile.x);
  return places.map(({ tile }) => tile);
}

/** How far from the middle of a film a rectangle's own middle is, relative to the film: by it, what people look at comes first. */
export function fromTheMiddle(width: number, height: number): (rect: PixelRect) => number {
  return ({ x, y, width: w, height: h }) =>
    Math.max(Math.abs((2 * x + w) / width - 1), Math.abs((2 * y + h) / height - 1));
}
