import { type ToneOptions, toneMap } from '@tabgrid/assets/tonemap';
import type { Coordinator, CutView, FilmView, PictureForm } from '@tabgrid/coordinator/api';
import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis } from '@tabgrid/protocol/ids';
import { volunteerColour } from '@tabgrid/ui/volunteer-colours';
import { drawCuts, type Overlays } from './draw-cuts.js';
import { createOutliner, type Outline } from './outlines.js';
import { createPaintLoop } from './paint-loop.js';
import { createPainter, type Painter, rasterOf } from './painter.js';

/** Time a paint may take of each quarter of a second, so that the page stays quick under a big film. */
const PAINT_BUDGET_MS: Millis = 20;

/** More while somebody turns the exposure: they look at nothing else, and a small picture follows the hand. */
const RESTYLE_BUDGET_MS: Millis = 80;
/** How often the map of costs and the cut are asked for while they are shown. */
const CUTS_MS: Millis = 1000;

/** Of that, for looking after what no tile was seen to change: while tiles come in, most of the film has not changed. */
const SWEEP_BUDGET_MS: Millis = 4;

export interface PictureDriver {
  /** Something may have changed: paints soon, at most four times a second. */
  changed(): void;
  /** The tone or the form is another: what is shown is painted anew, at once where it is not too much. */
  restyled(): void;
  stop(): void;
}

export interface PictureDeps {
  readonly coordinator: Pick<Coordinator, 'film' | 'tiles' | 'cuts'>;
  readonly clock: Clock;
  readonly tone: () => ToneOptions;
  readonly form: () => PictureForm;
  /** The picture: its raster has the film's pixels (or a whole fraction of them). */
  readonly base: HTMLCanvasElement;
  /** The outlines, over it: in the screen's own pixels. */
  readonly overlay: HTMLCanvasElement;
  readonly reducedMotion: () => boolean;
  /** What is to be laid over the picture beside the outlines of what is at work. */
  readonly overlays: () => Overlays;
}

/** Keeps two canvases up to date with the coordinator's film and tiles. A hidden page paints nothing until it is seen again. */
export function drivePicture(deps: PictureDeps): PictureDriver {
  const { base, overlay, clock } = deps;
  const context = base.getContext('2d', { alpha: false });
  const over = overlay.getContext('2d');
  const outliner = createOutliner();
  let painter: Painter | null = null;
  let size = '';
  let restyling = false;
  let cuts: CutView | null = null;
  let cutsAt: Millis = 0;
  let form: FilmView['form'] = 'rendered';

  function paint(): boolean {
    const film = deps.coordinator.film(deps.form());
    if (film === null || context === null || over === null || document.visibilityState === 'hidden') return false;
    if (painter === null || size !== `${film.width}x${film.height}`) {
      size = `${film.width}x${film.height}`;
      const raster = rasterOf(film.width, film.height);
      base.width = raster.width;
      base.height = raster.height;
      painter = createPainter(film.width, film.height, {
        // The same curve as the PNG's: what one sees is what one downloads.
        shade: (rgb) => toneMap(rgb, deps.tone()),
        put: (rgba, x, y, width, height) =>
          context.putImageData(new ImageData(new Uint8ClampedArray(rgba.buffer), width, height), x, y),
        now: () => clock.now(),
      });
    }
    if (film.form !== form) {
      form = film.form;
      painter.restyle();
    }
    const tiles = deps.coordinator.tiles();
    painter.note(film.revision, tiles);
    if (restyling) painter.paint(film, RESTYLE_BUDGET_MS);
    else if (tiles.some((tile) => tile.state === 'running')) painter.paint(film, PAINT_BUDGET_MS, SWEEP_BUDGET_MS);
    else painter.paint(film, PAINT_BUDGET_MS);
    restyling &&= painter.stale();
    const outlines = outliner.update(tiles, clock.now(), !deps.reducedMotion());
    const scale = clear(over, overlay) / film.width;
    const overlays = deps.overlays();
    if (overlays.tiles || overlays.cost) {
      if (cuts === null || clock.now() - cutsAt >= CUTS_MS) {
        cuts = deps.coordinator.cuts();
        cutsAt = clock.now();
      }
      if (cuts !== null) drawCuts(over, film, scale, cuts, overlays);
    }
    drawOutlines(over, scale, outlines);
    return painter.stale() || outlines.some((outline) => outline.tile.state === 'accepted');
  }

  const loop = createPaintLoop(clock, paint);
  const changed = () => loop.request();
  const resized = new ResizeObserver(changed);
  resized.observe(overlay);
  document.addEventListener('visibilitychange', changed);
  changed();
  return {
    changed,
    restyled() {
      painter?.restyle();
      restyling = true;
      loop.now();
    },
    stop() {
      loop.stop();
      resized.disconnect();
      document.removeEventListener('visibilitychange', changed);
    },
  };
}

/** Makes the canvas as many pixels as it has on the screen, all of them clear. @returns how wide it is */
function clear(context: CanvasRenderingContext2D, canvas: HTMLCanvasElement): number {
  const width = Math.round(canvas.clientWidth * window.devicePixelRatio);
  const height = Math.round(canvas.clientHeight * window.devicePixelRatio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.clearRect(0, 0, width, height);
  return width;
}

/** Each outline lies inside its tile: a dark casing, and the volunteer's colour in it, so that it shows on any picture. */
function drawOutlines(context: CanvasRenderingContext2D, scale: number, outlines: readonly Outline[]): void {
  const ratio = window.devicePixelRatio;
  for (const { tile, strength } of outlines) {
    const line = Math.min(2 * ratio, (tile.width * scale) / 6);
    context.globalAlpha = strength;
    stroke(context, tile, scale, line * 2, 'rgb(8 14 13 / 0.75)');
    stroke(context, tile, scale, line, volunteerColour(tile.volunteer));
  }
  context.globalAlpha = 1;
}

function stroke(
  context: CanvasRenderingContext2D,
  tile: Outline['tile'],
  scale: number,
  line: number,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = line;
  const inset = line / 2;
  context.strokeRect(
    tile.x * scale + inset,
    tile.y * scale + inset,
    Math.max(0, tile.width * scale - line),
    Math.max(0, tile.height * scale - line),
  );
}
