import type uPlot from 'uplot';
import type { ChartColours } from './colours.js';

/** A way to draw a value: uPlot's options are made once, the data anew for each value. */
export interface Plot<T> {
  /** CSS pixels. */
  readonly height: number;
  data(value: T): uPlot.AlignedData;
  /**
   * Both callbacks give what holds when something is drawn, not when the options were made.
   * @param value what is drawn
   */
  options(value: () => T, colours: () => ChartColours): Omit<uPlot.Options, 'width' | 'height'>;
}

/** The page's own, as `--font-text`. */
export const FAMILY = 'B612, "Segoe UI", system-ui, sans-serif';
const FONT = `11px ${FAMILY}`;

/** What all axes have in common: quiet words, hairlines for a grid. */
export function axis(colours: () => ChartColours, more: uPlot.Axis): uPlot.Axis {
  return {
    font: FONT,
    labelFont: FONT,
    labelSize: 16,
    labelGap: 2,
    gap: 4,
    stroke: () => colours().soft,
    grid: { stroke: () => colours().line, width: 1 },
    ticks: { show: false },
    ...more,
  };
}

/** What all plots have in common: no legend and no cursor, their words stand beside them. */
export const QUIET = {
  legend: { show: false },
  cursor: { show: false },
  padding: [8, 20, 0, 0],
} satisfies Partial<uPlot.Options>;

/** A straight line between two points given in the plot's own scales, in canvas pixels, under or over the series. */
export function line(
  u: uPlot,
  colour: string,
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
  dash: readonly number[] = [],
): void {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = ratio;
  ctx.setLineDash(dash.map((length) => length * ratio));
  ctx.beginPath();
  ctx.moveTo(u.valToPos(from[0], 'x', true), u.valToPos(from[1], 'y', true));
  ctx.lineTo(u.valToPos(to[0], 'x', true), u.valToPos(to[1], 'y', true));
  ctx.stroke();
  ctx.restore();
}

/** Whole per cent for an axis of shares. */
export const shareTicks = (_: uPlot, values: readonly number[]): string[] =>
  values.map((value) => `${Number((value * 100).toFixed(1))} %`);
