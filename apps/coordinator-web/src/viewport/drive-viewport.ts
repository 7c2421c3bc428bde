import { toneMap } from '@tabgrid/assets/tonemap';
import type { Viewport } from '@tabgrid/coordinator/viewport/api';
import { createViewPainter } from './view-painter.js';

/**
 * Keeps a canvas up to date with the viewport, at once and not by animation frames: what came is there with the next one. What
 * it shows stands in its data, for scripts: `frame`, `samples`, and `complete` for a whole picture of the finest size.
 */
export function driveViewport(
  viewport: Pick<Viewport, 'picture' | 'subscribe'>,
  canvas: HTMLCanvasElement,
): () => void {
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) return () => {};
  const spare = document.createElement('canvas');
  const painter = createViewPainter({
    // The same curve as the PNG's: what one sees is what a launch from here gives.
    shade: (rgb) => toneMap(rgb),
    put: (rgba, x, y, width, height) =>
      context.putImageData(new ImageData(new Uint8ClampedArray(rgba.buffer), width, height), x, y),
    resize(width, height, keep) {
      if (keep) {
        spare.width = canvas.width;
        spare.height = canvas.height;
        spare.getContext('2d')?.drawImage(canvas, 0, 0);
      }
      canvas.width = width;
      canvas.height = height;
      if (keep) context.drawImage(spare, 0, 0, width, height);
    },
  });
  const paint = (): void => {
    const picture = viewport.picture();
    if (picture === null) return;
    painter.paint(picture);
    canvas.dataset['frame'] = String(picture.frame);
    canvas.dataset['samples'] = String(picture.samples);
    canvas.dataset['complete'] = String(picture.complete);
  };
  paint();
  return viewport.subscribe(paint);
}
