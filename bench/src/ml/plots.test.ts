import { expect, it } from 'vitest';
import { drawPlot } from './plot.js';
import { plotsOf } from './plots.js';

it('makes a picture of each kind of sample that is there, and none of what is not', () => {
  const plots = plotsOf({
    samples: {
      'nodio.time.said': [100, 200],
      'nodio.time.took': [110, 300],
      'nodio.time.rollingCoverage': [0.9, 0.95],
      'failure.predicted, a → b': [0.1, 0.9],
      'failure.observed, a → b': [0.2, 0.8],
      'worth.browser.plainOverRef': [1.05],
      'worth.browser.learnedOverRef': [1.02],
      'worth.other': [3],
    },
  });
  expect(Object.keys(plots).sort()).toEqual(['coverage-nodio', 'failure-reliability', 'time-nodio', 'worth']);
  expect(plots['time-nodio']?.series[0]?.points).toEqual([
    [100, 110],
    [200, 300],
  ]);
  // Within both axes, or it would not be the diagonal.
  expect(plots['time-nodio']?.reference).toMatchObject({ from: [110, 110], to: [200, 200] });
  expect(plots['failure-reliability']?.series).toEqual([
    {
      name: 'a → b',
      as: 'line',
      points: [
        [0.1, 0.2],
        [0.9, 0.8],
      ],
    },
  ]);
  for (const plot of Object.values(plots)) expect(drawPlot(plot)).not.toContain('NaN');
  expect(plotsOf({ samples: {} })).toEqual({});
});
