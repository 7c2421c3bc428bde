import type { LearningView } from '@tabgrid/coordinator/api';
import type uPlot from 'uplot';
import type { ChartColours } from './colours.js';
import { axis, FAMILY, line, type Plot, QUIET, shareTicks } from './plot.js';
import { dotRadius, shareRange, wilson, withEdge } from './scales.js';

type Reliability = LearningView['reliability'];
type Group = Reliability[number];

const sorted = (groups: Reliability) => [...groups].sort((a, b) => a.predicted - b.predicted);

/**
 * What was said against what came true, a dot a group, as large as the group, with its 95 % interval and its count; on the
 * diagonal a prediction means what it says.
 */
export const RELIABILITY: Plot<Reliability> = {
  height: 300,
  data(groups) {
    const some = sorted(groups);
    return [some.map((group) => group.predicted), some.map((group) => group.observed)];
  },
  options(value, colours) {
    const span = () => {
      const [low, high] = withEdge(shareRange(value().flatMap(({ predicted, observed }) => [predicted, observed])));
      return [low, high] as [number, number];
    };
    return {
      ...QUIET,
      scales: { x: { time: false, range: span }, y: { range: span } },
      axes: [
        axis(colours, { values: shareTicks, label: 'predicted', size: 24 }),
        axis(colours, { values: shareTicks, label: 'came true', size: 44 }),
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        drawAxes: [(u) => line(u, colours().soft, [0, 0], [1, 1])],
        draw: [(u) => drawGroups(u, sorted(value()), colours())],
      },
    };
  },
};

function drawGroups(u: uPlot, groups: Reliability, { learned, surface, ink }: ChartColours): void {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const x = ({ predicted }: Group) => u.valToPos(predicted, 'x', true);
  const spans = groups.map((group) => wilson(group.observed, Math.max(1, group.count)));
  for (const [i, { predicted }] of groups.entries()) {
    const [low, high] = spans[i] ?? [0, 0];
    line(u, learned, [predicted, low], [predicted, high]);
  }
  ctx.save();
  for (const group of groups) {
    ctx.beginPath();
    ctx.arc(x(group), u.valToPos(group.observed, 'y', true), dotRadius(group.count, groups) * ratio, 0, 2 * Math.PI);
    ctx.fillStyle = learned;
    ctx.fill();
    ctx.lineWidth = 1.5 * ratio;
    ctx.strokeStyle = surface;
    ctx.stroke();
  }
  ctx.font = `${11 * ratio}px ${FAMILY}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'bottom';
  // A casing in the ground's colour keeps words readable over lines.
  ctx.lineWidth = 3 * ratio;
  ctx.strokeStyle = surface;
  ctx.fillStyle = ink;
  let before = { x: Number.NEGATIVE_INFINITY, y: 0 };
  for (const [i, group] of groups.entries()) {
    // Over its interval, or beside it where that leaves the plot.
    const top = u.valToPos(spans[i]?.[1] ?? 1, 'y', true) - 3 * ratio;
    const word = String(group.count);
    const width = ctx.measureText(word).width;
    const above = top - 11 * ratio > u.bbox.top;
    const at = above ? { x: x(group), y: top } : { x: x(group) + width / 2 + 5 * ratio, y: u.bbox.top + 14 * ratio };
    if (Math.abs(at.x - before.x) < width && Math.abs(at.y - before.y) < 12 * ratio) continue;
    ctx.strokeText(word, at.x, at.y);
    ctx.fillText(word, at.x, at.y);
    before = at;
  }
  ctx.restore();
}
