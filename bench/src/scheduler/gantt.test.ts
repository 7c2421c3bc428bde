import { earliestFinish } from '@tabgrid/scheduler/policies/earliest-finish';
import { simulate } from '@tabgrid/simulator/simulate';
import { aProfile } from '@tabgrid/simulator/test-kit';
import { expect, it } from 'vitest';
import { ganttChart } from './gantt.js';

it('draws a bar a run, on a line a volunteer', () => {
  const outcome = simulate(aProfile(), 1, { policy: earliestFinish });
  const svg = ganttChart(outcome, 'ours <1>');
  // One for the whole drawing, one a bar.
  expect(svg.match(/<title>/g)).toHaveLength(1 + outcome.runs.length);
  expect(svg).toContain('ours &lt;1>');
  expect(svg).not.toContain('NaN');
  const heights = new Set([...svg.matchAll(/<rect x="[\d.]+" y="(\d+)" width="[\d.]+" height="7"/g)].map(([, y]) => y));
  expect(heights.size).toBe(new Set(outcome.runs.map((run) => run.session)).size);
});

it('draws nothing of a job that nobody worked at', () => {
  const outcome = simulate(aProfile({ limitMs: 1 }), 1, { policy: earliestFinish });
  expect(ganttChart({ ...outcome, runs: [] }, 'empty')).toContain('0 volunteers');
});
