import type { Bytes } from '@tabgrid/protocol/bytes';
import { createRandom } from '@tabgrid/scheduler/random';
import { canary, PIXEL_FLOATS } from '@tabgrid/webgpu-kernels/pathtrace/film';
import type { Tile } from './tiles.js';

/** What liars return: bytes of the right form, canary and all, with other pixels. */

export const FORGERIES = ['noise', 'old', 'black', 'neighbour', 'dim', 'subset'] as const;
export type Forgery = (typeof FORGERIES)[number];

export interface Sources {
  /** As the liar's own machine would render them. */
  readonly right: readonly Tile[];
  /** The same tiles of an earlier job. */
  readonly old: readonly Tile[];
}

/** A few percent of light are not seen. */
const DIMMED = 0.98;
/** Right is every other pixel of every other row, all edges and the middle: where somebody might think that checks look. */
const LATTICE = 2;

/** @param luck draws noise; equal numbers, equal lies */
export function forge(how: Forgery, index: number, { right, old }: Sources, luck: number): Bytes {
  const own = tileAt(right, index);
  switch (how) {
    case 'noise': {
      const random = createRandom(luck);
      return repainted(own, () => [4 * random.next(), 4 * random.next(), 4 * random.next()]);
    }
    case 'old':
      return withCanary(tileAt(old, index).result, own);
    case 'black':
      return repainted(own, () => [0, 0, 0]);
    case 'neighbour':
      return withCanary(tileAt(right, (index + 1) % right.length).result, own);
    case 'dim':
      return repainted(own, (sums) => sums.map((sum) => DIMMED * sum));
    case 'subset':
      return repainted(own, (sums, x, y) => (isGuessable(own, x, y) ? sums : sums.map((sum) => 0.5 * sum + 0.5)));
  }
}

function tileAt(tiles: readonly Tile[], index: number): Tile {
  const tile = tiles[index];
  if (!tile) throw new RangeError(`no tile ${index}`);
  return tile;
}

function isGuessable({ params: { tile } }: Tile, x: number, y: number): boolean {
  const edge = x === 0 || y === 0 || x === tile.width - 1 || y === tile.height - 1;
  const middle = Math.abs(x - tile.width / 2) <= 1 && Math.abs(y - tile.height / 2) <= 1;
  return edge || middle || (x % LATTICE === 0 && y % LATTICE === 0);
}

function withCanary(result: Bytes, { params }: Tile): Bytes {
  const wrong = result.slice();
  new DataView(wrong.buffer).setUint32(wrong.byteLength - 4, canary(params), true);
  return wrong;
}

/** Other sums in every pixel; the costs are left as they are. */
function repainted({ params, result }: Tile, paint: (sums: number[], x: number, y: number) => number[]): Bytes {
  const wrong = result.slice();
  const view = new DataView(wrong.buffer);
  const { width, height } = params.tile;
  const pixels = (result.byteLength - 4) / (4 * PIXEL_FLOATS);
  for (let i = 0; i < pixels; i++) {
    const at = 4 * PIXEL_FLOATS * i;
    const sums = [0, 4, 8].map((channel) => view.getFloat32(at + channel, true));
    const painted = paint(sums, i % width, Math.floor(i / width) % height);
    for (const [channel, sum] of painted.entries()) view.setFloat32(at + 4 * channel, sum, true);
  }
  return wrong;
}
