import type { ViewportLayer, ViewportPicture } from '@tabgrid/coordinator/viewport/api';
import { describe, expect, it } from 'vitest';
import { createViewPainter, type ViewSurface } from './view-painter.js';

/** A raster of red values that does as a canvas would, with nearest pixels. */
function createSurface() {
  let [width, height] = [0, 0];
  let red: number[] = [];
  const done: string[] = [];
  const surface: ViewSurface = {
    resize(w, h, keep) {
      done.push(`resize ${w}x${h}${keep ? ' over' : ''}`);
      const at = (x: number, y: number) => red[Math.floor((y * height) / h) * width + Math.floor((x * width) / w)] ?? 0;
      red = Array.from({ length: w * h }, (_, i) => (keep ? at(i % w, Math.floor(i / w)) : 0));
      [width, height] = [w, h];
    },
    put(rgba, x, y, w, h) {
      done.push(`put ${x},${y} ${w}x${h}`);
      expect(rgba).toHaveLength(w * h * 4);
      for (let i = 0; i < w * h; i++) red[(y + Math.floor(i / w)) * width + x + (i % w)] = rgba[4 * i] ?? 0;
    },
    shade: (rgb) => Uint8Array.from({ length: (rgb.length / 3) * 4 }, (_, i) => rgb[3 * Math.floor(i / 4)] ?? 0),
  };
  return { surface, done, rows: () => Array.from({ length: height }, (_, y) => red.slice(y * width, (y + 1) * width)) };
}

const layer = (
  side: number,
  value: number,
  ...parts: (readonly [y: number, height: number, revision: number])[]
): ViewportLayer => ({
  width: side,
  height: side,
  rgb: new Float32Array(3 * side * side).fill(value),
  parts: parts.map(([y, height, revision]) => ({ x: 0, y, width: side, height, revision })),
});

const picture = (change: Partial<ViewportPicture>): ViewportPicture => ({
  frame: 1,
  revision: 1,
  camera: { position: [0, 0, 1], right: [1, 0, 0], up: [0, 1, 0], forward: [0, 0, -1], yfov: 1 },
  under: layer(2, 5, [0, 2, 1]),
  over: null,
  samples: 1,
  complete: false,
  ...change,
});

describe('the view’s painter', () => {
  it('paints a rough picture once', () => {
    const { surface, done, rows } = createSurface();
    const painter = createViewPainter(surface);
    painter.paint(picture({}));
    painter.paint(picture({}));
    expect(done).toEqual(['resize 2x2', 'put 0,0 2x2']);
    expect(rows()).toEqual([
      [5, 5],
      [5, 5],
    ]);
  });

  it('paints finer parts over it as they come, and goes on with that layer when it is whole', () => {
    const { surface, done, rows } = createSurface();
    const painter = createViewPainter(surface);
    painter.paint(picture({}));
    painter.paint(picture({ over: layer(4, 0) }));
    expect(done).toHaveLength(2);
    painter.paint(picture({ over: layer(4, 7, [2, 1, 3]) }));
    expect(rows().map(([first]) => first)).toEqual([5, 5, 7, 5]);
    painter.paint(picture({ over: layer(4, 7, [2, 1, 3], [0, 2, 4]) }));
    painter.paint(picture({ under: layer(4, 7, [2, 1, 3], [0, 2, 4], [3, 1, 5]), complete: true }));
    expect(done.slice(2)).toEqual(['resize 4x4 over', 'put 0,2 4x1', 'put 0,0 4x2', 'put 0,3 4x1']);
    expect(rows().flat()).toEqual(new Array(16).fill(7));
  });

  it('paints further samples where they came', () => {
    const { surface, done } = createSurface();
    const painter = createViewPainter(surface);
    painter.paint(picture({ under: layer(4, 7, [0, 4, 2]) }));
    painter.paint(picture({ under: layer(4, 8, [0, 4, 2], [1, 2, 3]) }));
    expect(done.slice(2)).toEqual(['put 0,1 4x2']);
  });

  it('begins again with another frame, of the same size or not, and shows the rough one under what came meanwhile', () => {
    const { surface, rows } = createSurface();
    const painter = createViewPainter(surface);
    painter.paint(picture({ under: layer(4, 7, [0, 4, 2]) }));
    painter.paint(picture({ frame: 2, under: layer(4, 9, [0, 4, 3]) }));
    expect(rows().flat()).toEqual(new Array(16).fill(9));
    painter.paint(picture({ frame: 3, under: layer(2, 1, [0, 2, 4]), over: layer(4, 2, [3, 1, 5]) }));
    expect(rows().map(([first]) => first)).toEqual([1, 1, 1, 2]);
  });

  it('cuts a part out of its rows', () => {
    const { surface, rows } = createSurface();
    const under: ViewportLayer = {
      width: 3,
      height: 2,
      rgb: Float32Array.from({ length: 18 }, (_, i) => Math.floor(i / 3)),
      parts: [{ x: 1, y: 0, width: 2, height: 2, revision: 1 }],
    };
    createViewPainter(surface).paint(picture({ under }));
    expect(rows()).toEqual([
      [0, 1, 2],
      [0, 4, 5],
    ]);
  });
});
