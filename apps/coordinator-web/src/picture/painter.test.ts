import type { TileView } from '@tabgrid/coordinator/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_PX, createPainter, type Put, rasterOf, type Shade } from './painter.js';

/** Shows the linear value itself, so that a test can read it back. */
const plain: Shade = (rgb) =>
  Uint8Array.from({ length: (rgb.length / 3) * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : (rgb[Math.floor(i / 4) * 3 + (i % 4)] ?? 0),
  );

/** A canvas: the raster's red channel, and how often each pixel was put. */
function createCanvas(width: number, height: number) {
  const red = new Int16Array(width * height).fill(-1);
  const puts: string[] = [];
  const put: Put = (rgba, x, y, w, h) => {
    puts.push(`${x},${y}`);
    expect(rgba).toHaveLength(w * h * 4);
    for (let row = 0; row < h; row++) {
      for (let column = 0; column < w; column++) {
        red[(y + row) * width + x + column] = rgba[(row * w + column) * 4] ?? -1;
      }
    }
  };
  return { red, puts, put };
}

function createFilm(width: number, height: number, value: (x: number, y: number) => number) {
  const rgb = new Float32Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.fill(value(i % width, Math.floor(i / width)), i * 3, i * 3 + 3);
  return { width, height, rgb };
}

const tile = (x: number, y: number, state: TileView['state'] = 'accepted', volunteer = 0): TileView => ({
  x,
  y,
  width: 32,
  height: 32,
  state,
  volunteer,
});

describe('rasterOf', () => {
  it('is the film up to the limit, and a whole fraction above it', () => {
    expect(rasterOf(480, 270)).toEqual({ width: 480, height: 270, step: 1 });
    expect(rasterOf(2049, 10)).toEqual({ width: 1025, height: 5, step: 2 });
    expect(rasterOf(16_384, 16_384)).toEqual({ width: 2048, height: 2048, step: 8 });
  });

  it('never exceeds the limit and covers the whole film', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16_384 }), fc.integer({ min: 1, max: 16_384 }), (width, height) => {
        const raster = rasterOf(width, height);
        expect(Math.max(raster.width, raster.height)).toBeLessThanOrEqual(2048);
        expect(raster.width * raster.step).toBeGreaterThanOrEqual(width);
        expect((raster.height - 1) * raster.step).toBeLessThan(height);
      }),
    );
  });
});

describe('the painter', () => {
  it('paints every pixel of a film whose sides are no multiple of a block', () => {
    const canvas = createCanvas(150, 70);
    const painter = createPainter(150, 70, { shade: plain, put: canvas.put, now: () => 0 });
    painter.note(1, []);
    const film = createFilm(150, 70, (x, y) => (x + y) % 200);
    expect(painter.paint(film, 1000)).toBe(3 * 2);
    expect(painter.stale()).toBe(false);
    expect([...canvas.red]).toEqual(
      Array.from({ length: 150 * 70 }, (_, i) => ((i % 150) + Math.floor(i / 150)) % 200),
    );
  });

  it('paints nothing while the film has not changed', () => {
    const canvas = createCanvas(64, 64);
    const painter = createPainter(64, 64, { shade: plain, put: canvas.put, now: () => 0 });
    const film = createFilm(64, 64, () => 1);
    expect(painter.paint(film, 10)).toBe(0);
    painter.note(1, []);
    expect(painter.paint(film, 10)).toBe(1);
    painter.note(1, [tile(0, 0)]);
    expect(painter.paint(film, 10)).toBe(0);
  });

  it('paints everything anew in another style, though the film is the same', () => {
    const canvas = createCanvas(128, 64);
    let style = plain;
    const painter = createPainter(128, 64, { shade: (rgb) => style(rgb), put: canvas.put, now: () => 0 });
    const film = createFilm(128, 64, () => 9);
    painter.note(1, []);
    painter.paint(film, 100);
    style = (rgb) => plain(rgb.map((x) => x * 2));
    expect(painter.paint(film, 100)).toBe(0);
    painter.restyle();
    expect(painter.stale()).toBe(true);
    expect(painter.paint(film, 100)).toBe(2);
    expect([...new Set(canvas.red)]).toEqual([18]);
    painter.note(1, []);
    expect(painter.stale()).toBe(false);
  });

  it('paints another film of the same size whose revisions begin anew', () => {
    const { red, put } = createCanvas(128, 64);
    const painter = createPainter(128, 64, { shade: plain, put, now: () => 0 });
    painter.note(40, []);
    painter.paint(
      createFilm(128, 64, () => 9),
      100,
    );
    painter.note(1, [tile(0, 0)]);
    expect(
      painter.paint(
        createFilm(128, 64, () => 5),
        100,
      ),
    ).toBe(2);
    expect(painter.stale()).toBe(false);
    expect([...new Set(red)]).toEqual([5]);
  });

  it('stops when the budget is spent, and goes on where it stopped', () => {
    let now = 0;
    const canvas = createCanvas(256, 256);
    const put: Put = (...args) => {
      now += 3;
      canvas.put(...args);
    };
    const painter = createPainter(256, 256, { shade: plain, put, now: () => now });
    const film = createFilm(256, 256, () => 7);
    painter.note(1, []);
    expect(painter.paint(film, 10)).toBe(4);
    expect(painter.stale()).toBe(true);
    while (painter.stale()) painter.paint(film, 10);
    expect(canvas.red.every((value) => value === 7)).toBe(true);
    expect(canvas.puts).toHaveLength(16);
  });

  it('paints at least one block whatever the budget', () => {
    let now = 0;
    const canvas = createCanvas(128, 64);
    const painter = createPainter(128, 64, { shade: plain, put: canvas.put, now: () => now++ * 100 });
    painter.note(1, []);
    expect(
      painter.paint(
        createFilm(128, 64, () => 1),
        0,
      ),
    ).toBe(1);
  });

  it('begins with the tiles that were just accepted', () => {
    const canvas = createCanvas(256, 256);
    const painter = createPainter(256, 256, { shade: plain, put: canvas.put, now: () => canvas.puts.length });
    const film = createFilm(256, 256, () => 1);
    painter.note(1, []);
    painter.paint(film, 100);
    canvas.puts.length = 0;
    painter.note(2, [tile(200, 140), tile(0, 0, 'running')]);
    painter.paint(film, 1);
    expect(canvas.puts).toEqual(['192,128']);
  });

  it('spends little on blocks that no tile changed, when told so', () => {
    const canvas = createCanvas(256, 256);
    const painter = createPainter(256, 256, { shade: plain, put: canvas.put, now: () => canvas.puts.length });
    const film = createFilm(256, 256, () => 1);
    painter.note(1, [tile(0, 0), tile(70, 0), tile(140, 0), tile(200, 0)]);
    expect(painter.paint(film, 100, 2)).toBe(4 + 2);
    expect(canvas.puts.slice(0, 4).sort()).toEqual(['0,0', '128,0', '192,0', '64,0']);
    expect(painter.stale()).toBe(true);
  });

  it('sees that a tile changed hands, and that tiles may cross blocks', () => {
    const canvas = createCanvas(256, 128);
    const painter = createPainter(256, 128, { shade: plain, put: canvas.put, now: () => canvas.puts.length });
    const film = createFilm(256, 128, () => 1);
    painter.note(1, [tile(180, 50)]);
    painter.paint(film, 100);
    canvas.puts.length = 0;
    painter.note(2, [tile(180, 50, 'accepted', 1)]);
    painter.paint(film, 4);
    expect([...canvas.puts].sort()).toEqual(['128,0', '128,64', '192,0', '192,64']);
  });

  it('averages a film that is bigger than the raster in linear light', () => {
    const canvas = createCanvas(2048, 1);
    const painter = createPainter(4096, 1, { shade: plain, put: canvas.put, now: () => 0 });
    painter.note(1, []);
    painter.paint(
      createFilm(4096, 1, (x) => (x % 2 === 0 ? 0 : 100)),
      1000,
    );
    expect(canvas.red.every((value) => value === 50)).toBe(true);
  });

  it('shows the newest film on every pixel in the end, whatever came in between', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ x: fc.nat(199), y: fc.nat(149), blocks: fc.integer({ min: 1, max: 5 }) }), {
          maxLength: 12,
        }),
        (steps) => {
          const canvas = createCanvas(200, 150);
          const painter = createPainter(200, 150, { shade: plain, put: canvas.put, now: () => canvas.puts.length });
          let film = createFilm(200, 150, () => 0);
          const tiles: TileView[] = [];
          for (const [i, step] of steps.entries()) {
            film = createFilm(200, 150, (x) => (i + x) % 250);
            tiles.push(tile(step.x, step.y, 'accepted', i));
            painter.note(i, tiles);
            painter.paint(film, step.blocks);
          }
          painter.note(1000, tiles);
          while (painter.stale()) painter.paint(film, 1);
          const shown = Array.from(film.rgb.filter((_, i) => i % 3 === 0));
          expect(canvas.red.every((value, i) => value === shown[i])).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('comes round to every block although each revision makes all of them stale', () => {
    const canvas = createCanvas(BLOCK_PX * 4, BLOCK_PX * 4);
    const painter = createPainter(BLOCK_PX * 4, BLOCK_PX * 4, {
      shade: plain,
      put: canvas.put,
      now: () => canvas.puts.length,
    });
    const film = createFilm(BLOCK_PX * 4, BLOCK_PX * 4, () => 3);
    for (let revision = 0; revision < 16; revision++) {
      painter.note(revision, []);
      painter.paint(film, 1);
    }
    expect(new Set(canvas.puts).size).toBe(16);
  });
});
