import type { LearningView, Series } from '@tabgrid/coordinator/api';
import type uPlot from 'uplot';
import type { ChartColours } from './colours.js';
import { axis, line, type Plot, QUIET, shareTicks } from './plot.js';
import { coverageRange, joinSeries, momentTicks, shareRange, tickIndices } from './scales.js';

/** Lines over time. A step to the right is one more measurement: times without work take no room. */

const DASH = [5, 4];

/** A plot's own width in CSS pixels that the words of one moment need. */
const MOMENT_PX = 90;

const numbers = (values: readonly (number | null)[]) => values.filter((value) => value !== null);

function moments(colours: () => ChartColours, at: () => readonly number[]): uPlot.Axis {
  const ticks = (u: uPlot) => [
    ...tickIndices(at().length, Math.max(2, Math.floor(u.bbox.width / devicePixelRatio / MOMENT_PX))),
  ];
  return axis(colours, {
    splits: ticks,
    values: (_, indices) => [...momentTicks(at(), indices)],
    grid: { show: false },
    size: 24,
  });
}

const steps = (count: number) => Array.from({ length: count }, (_, i) => i);

const stepScale = {
  time: false,
  range: (u: uPlot): [number, number] => [0, Math.max(1, (u.data[0]?.length ?? 0) - 1)],
};

/** One measurement makes no line: then, and while there are few, each is a dot. */
const FEW = 20;

/** uPlot takes dashes in canvas pixels. */
function drawn(stroke: () => string, dash?: number[]): uPlot.Series {
  return {
    stroke,
    width: 2,
    spanGaps: true,
    points: { show: (u) => (u.data[0]?.length ?? 0) < FEW, size: 5, fill: stroke },
    ...(dash === undefined ? {} : { dash: dash.map((length) => length * devicePixelRatio) }),
  };
}

/** The share of tasks within their interval, and the 95 % that it should be. */
export const COVERAGE: Plot<Series> = {
  height: 190,
  data: ({ at, value }) => [steps(at.length), [...value]],
  options: (value, colours) => ({
    ...QUIET,
    scales: {
      x: stepScale,
      y: {
        range: () => {
          const [low, high] = coverageRange(value().value);
          return [low, high];
        },
      },
    },
    axes: [moments(colours, () => value().at), axis(colours, { values: shareTicks, size: 44, space: 28 })],
    series: [{}, drawn(() => colours().learned)],
    hooks: {
      drawAxes: [(u) => line(u, colours().ink, [0, 0.95], [Math.max(1, value().at.length - 1), 0.95], DASH)],
    },
  }),
};

/** Errors over time: what was learned, and the simple rule (dashed). */
export const ERROR: Plot<LearningView['error']> = {
  height: 190,
  data(value) {
    const { at, a, b } = joinSeries(value.learned, value.baseline);
    return [steps(at.length), [...a], [...b]];
  },
  options: (value, colours) => ({
    ...QUIET,
    scales: {
      x: stepScale,
      y: {
        range: (u) => {
          const [low, high] = shareRange([
            ...numbers([...(u.data[1] ?? [])].map(orNull)),
            ...numbers([...(u.data[2] ?? [])].map(orNull)),
          ]);
          return [low, high];
        },
      },
    },
    axes: [
      moments(colours, () => joinSeries(value().learned, value().baseline).at),
      axis(colours, { values: shareTicks, size: 44, space: 28 }),
    ],
    series: [{}, drawn(() => colours().learned), drawn(() => colours().soft, DASH)],
  }),
};

const orNull = (value: number | null | undefined) => value ?? null;

/** One of the balancer's rewards; a line marks zero. */
export const REWARD: Plot<Series> = {
  height: 150,
  data: ({ at, value }) => [steps(at.length), [...value]],
  options: (value, colours) => ({
    ...QUIET,
    scales: { x: stepScale },
    axes: [
      moments(colours, () => value().at),
      axis(colours, {
        values: (_, values) => values.map((value) => String(value).replace('-', '−')),
        size: 44,
        space: 28,
      }),
    ],
    series: [{}, drawn(() => colours().learned)],
    hooks: {
      drawAxes: [(u) => line(u, colours().soft, [0, 0], [Math.max(1, value().at.length - 1), 0], DASH)],
    },
  }),
};
