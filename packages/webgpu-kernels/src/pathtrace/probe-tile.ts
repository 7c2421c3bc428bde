interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A secret part of a tile, for recomputing.
 * @param side of it in pixels, at most that of the tile
 * @param secret 32 random bits
 * @returns the part, and what of the secret is left to choose by
 */
export function probeTile(tile: Tile, side: number, secret: number): { readonly tile: Tile; readonly rest: number } {
  const width = Math.min(side, tile.width);
  const height = Math.min(side, tile.height);
  const columns = tile.width - width + 1;
  const rows = tile.height - height + 1;
  const word = secret >>> 0;
  const below = Math.floor(word / columns);
  return {
    tile: { x: tile.x + (word % columns), y: tile.y + (below % rows), width, height },
    rest: Math.floor(below / rows),
  };
}
