import { expect, it } from 'vitest';
import { drawPlot, type Plot } from './plot.js';

const plot = (more: Partial<Plot> = {}): Plot => ({
  title: 'error <now>',
  x: { label: 'results' },
  y: { label: 'share' },
  series: [
    {
      name: 'learned',
      as: 'points',
      points: [
        [0, 1],
        [10, 0.5],
      ],
    },
  ],
  ...more,
});

const circles = (svg: string) =>
  [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);

it('draws a circle a point, from corner to corner', () => {
  const svg = drawPlot(plot());
  expect(circles(svg)).toEqual([
    [64, 58],
    [624, 374],
  ]);
  expect(svg).toContain('<title>error &lt;now></title>');
});

it('spreads a logarithmic axis by ratios', () => {
  const series = [
    {
      name: 'a',
      as: 'points',
      points: [
        [1, 0],
        [10, 0.5],
        [100, 1],
      ],
    },
  ] as const;
  const [a, b, c] = circles(drawPlot(plot({ x: { label: 'ms', scale: 'log' }, series })));
  expect((b?.[0] ?? 0) - (a?.[0] ?? 0)).toBeCloseTo((c?.[0] ?? 0) - (b?.[0] ?? 0), 1);
});

it('leaves out what an axis cannot show, and holds what lies beyond its ends there', () => {
  const points = [
    [Number.NaN, 1],
    [0, 1],
    [5, 2],
    [50, 1],
  ] as const;
  const series = [{ name: 'a', as: 'points', points }] as const;
  const svg = drawPlot(plot({ x: { label: 'ms', scale: 'log', range: [1, 10] }, series }));
  expect(circles(svg)).toHaveLength(2);
  expect(circles(svg)[1]?.[0]).toBe(624);
  expect(svg).not.toContain('NaN');
});

it.each([[[]], [[[3, 3]] as const]])('draws axes for %j as well', (points) => {
  const svg = drawPlot(plot({ series: [{ name: 'a', as: 'line', points }] }));
  expect(svg).not.toMatch(/NaN|Infinity/);
  expect(svg).toContain('results');
});

it('joins the points of a line in their order, and draws the reference dashed', () => {
  const reference = { from: [0, 0], to: [10, 1], label: 'exact' } as const;
  const svg = drawPlot(
    plot({
      series: [
        {
          name: 'a',
          as: 'line',
          points: [
            [0, 0],
            [5, 1],
            [10, 0],
          ],
        },
      ],
      reference,
    }),
  );
  expect(svg).toContain('<path d="M64.0 374.0L344.0 58.0L624.0 374.0" fill="none"');
  expect(svg).toContain('<path d="M64.0 374.0L624.0 58.0" stroke="#6b7280" stroke-dasharray="4 3"');
  expect(svg).toContain('>exact</text>');
});
