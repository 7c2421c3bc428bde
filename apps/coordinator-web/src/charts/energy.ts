import { FRAMES_A_SECOND } from '@tabgrid/coordinator/bounds';
import { energyTicks } from '../words/simulation.js';
import { axis, type Plot, QUIET } from './plot.js';
import { energyRange } from './scales.js';

/** A world's energy over its time, in joules a frame. */
export const ENERGY: Plot<readonly number[]> = {
  height: 180,
  data: (energy) => [energy.map((_, frame) => frame / FRAMES_A_SECOND), [...energy]],
  options: (value, colours) => ({
    ...QUIET,
    scales: {
      x: { time: false, range: (u) => [0, Math.max(1 / FRAMES_A_SECOND, u.data[0]?.at(-1) ?? 0)] },
      y: {
        range: () => {
          const [low, high] = energyRange(value());
          return [low, high];
        },
      },
    },
    axes: [
      axis(colours, {
        grid: { show: false },
        size: 24,
        values: (_, seconds) => seconds.map((second) => `${Number(second.toFixed(4))} s`),
      }),
      axis(colours, { size: 74, space: 28, values: (_, values) => energyTicks(values) }),
    ],
    series: [{}, { stroke: () => colours().learned, width: 2, points: { show: false } }],
  }),
};
