import type { CutView } from '@tabgrid/coordinator/api';

/** How a picture is cut and what it costs, drawn over it. */

export interface Overlays {
  readonly tiles: boolean;
  readonly cost: boolean;
}

/** Costs beyond so many times (or below that part of) the mean look the same. */
const FULL_TIMES = 8;
const MOST_OPACITY = 0.72;

/**
 * Cheap is blue, dear is orange, the mean lets the picture through: two colours that people who see red and green alike tell
 * apart. @param times the mean
 */
export function costColour(times: number): string {
  const at = Math.max(-1, Math.min(1, Math.log(Math.max(times, 1e-6)) / Math.log(FULL_TIMES)));
  const opacity = (0.1 + (MOST_OPACITY - 0.1) * Math.abs(at)).toFixed(3);
  return at < 0 ? `rgb(38 108 214 / ${opacity})` : `rgb(255 138 26 / ${opacity})`;
}

/** @param scale canvas pixels a film pixel */
export function drawCuts(
  context: CanvasRenderingContext2D,
  { width, height }: { readonly width: number; readonly height: number },
  scale: number,
  { tiles, costs }: CutView,
  overlays: Overlays,
): void {
  if (overlays.cost && costs) {
    const { columns, rows, cells } = costs;
    // Edges on whole pixels, so that cells neither overlap nor leave a gap.
    const x = (column: number) => Math.round((column * width * scale) / columns);
    const y = (row: number) => Math.round((row * height * scale) / rows);
    for (const [i, times] of cells.entries()) {
      const [column, row] = [i % columns, Math.floor(i / columns)];
      context.fillStyle = costColour(times);
      context.fillRect(x(column), y(row), x(column + 1) - x(column), y(row + 1) - y(row));
    }
  }
  if (!overlays.tiles) return;
  context.lineWidth = Math.max(1, window.devicePixelRatio);
  for (const done of [false, true]) {
    context.strokeStyle = done ? 'rgb(255 255 255 / 0.85)' : 'rgb(255 255 255 / 0.45)';
    context.setLineDash(done ? [] : [4 * context.lineWidth, 3 * context.lineWidth]);
    context.beginPath();
    for (const tile of tiles) {
      if (tile.done !== done) continue;
      const inset = context.lineWidth / 2;
      context.rect(
        Math.round(tile.x * scale) + inset,
        Math.round(tile.y * scale) + inset,
        Math.round(tile.width * scale) - context.lineWidth,
        Math.round(tile.height * scale) - context.lineWidth,
      );
    }
    context.stroke();
  }
  context.setLineDash([]);
}
