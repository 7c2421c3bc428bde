import type { LearningView } from '@tabgrid/coordinator/api';
import { axis, line, type Plot, QUIET } from './plot.js';
import { durationRange, durationTick, durationTicks } from './scales.js';

type Predicted = LearningView['predicted'];

/** Both axes span the same, so that the diagonal is where prediction and truth meet. */
const rangeOf = ({ saidMs, tookMs }: Predicted) => durationRange([...saidMs, ...tookMs]);

/** Predicted against actual duration, on logarithmic axes: a dot a task, and lines at half and twice the truth. */
export const SCATTER: Plot<Predicted> = {
  height: 300,
  data({ saidMs, tookMs }) {
    const points = saidMs
      .flatMap((said, i) => {
        const took = tookMs[i];
        return took !== undefined && took > 0 && said > 0 ? [[said, took] as const] : [];
      })
      .sort((a, b) => a[0] - b[0]);
    return [points.map(([said]) => said), points.map(([, took]) => took)];
  },
  options(value, colours) {
    const span = () => {
      const [low, high] = rangeOf(value());
      return [low, high] as [number, number];
    };
    const ticks = () => [...durationTicks(rangeOf(value()))];
    const words = { splits: ticks, values: (_: unknown, at: number[]) => at.map(durationTick), filter: () => ticks() };
    return {
      ...QUIET,
      scales: {
        x: { time: false, distr: 3, range: span },
        y: { distr: 3, range: span },
      },
      axes: [
        axis(colours, { ...words, label: 'predicted', size: 24 }),
        axis(colours, { ...words, label: 'took', size: 50 }),
      ],
      series: [
        {},
        {
          paths: () => null,
          points: {
            show: true,
            size: 6,
            width: 0,
            fill: () => colours().learnedWash,
            stroke: () => colours().learnedWash,
          },
        },
      ],
      hooks: {
        drawAxes: [
          (u) => {
            const [low, high] = rangeOf(value());
            const { soft } = colours();
            line(u, soft, [low, low], [high, high]);
            line(u, soft, [low, low * 2], [high, high * 2], [2, 4]);
            line(u, soft, [low, low / 2], [high, high / 2], [2, 4]);
          },
        ],
      },
    };
  },
};
