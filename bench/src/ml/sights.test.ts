import { expect, it } from 'vitest';
import { createSights } from './sights.js';
import { readRecording } from './time/recorded.js';

const capabilities = {
  adapter: { vendor: 'v', architecture: 'a', description: '', browser: 'b' },
  ...{ software: true, features: [], limits: {}, cpuCores: 2, kernels: [] },
};
const spec = (id: string) => ({
  ...{ id, job: 'j', kernel: { kind: 'k', version: '1' }, params: {}, requires: {}, workUnits: 7, outputBytes: 3 },
  ...{ inputs: [], verify: 'none' },
});
const base = {
  key: 'base',
  value: {
    snapshot: {
      tasks: [{ spec: spec('t1'), attempts: [{ id: 'x1', volunteer: 'a', assignedAt: 20 }] }],
      volunteers: [{ id: 'a', capabilities, hidden: false, joinedAt: 5, more: 1 }],
    },
  },
};
const events = (...all: readonly (readonly [at: number, event: unknown])[]) => ({
  key: 'events/1',
  value: { events: all.map(([at, event]) => ({ at, event })) },
});
const returned = (attempt: string, task: string) => ({
  ...{ type: 'returned', volunteer: 'a', attempt, task },
  stats: { kernelMs: 1, wallMs: 12.34567, submissions: 1 },
});

it('puts together who was there, what was assigned and what came back', () => {
  const sights = createSights();
  sights.lends('a', 0.4);
  sights.records(
    [
      base,
      events(
        [30, { type: 'tasksAdded', tasks: [{ spec: spec('t2') }] }],
        [40, { type: 'sent', attempt: 'x2' }],
        [35, returned('x1', 't1')],
        [55, { type: 'roundTripMeasured', volunteer: 'a', ms: 2 }],
        [60, returned('x2', 't2')],
        [61, { type: 'woken' }],
      ),
    ],
    'cornell',
  );
  expect(sights.results).toBe(2);
  const recording = readRecording(sights.lines());
  expect(recording.map(({ type }) => type)).toEqual([
    ...['joined', 'assigned', 'returned', 'assigned', 'trip', 'returned'],
  ]);
  expect(recording[0]).toMatchObject({ at: 5, intensity: 0.4 });
  expect(recording[1]).toMatchObject({ at: 20, units: 7, scene: 'cornell' });
  expect(recording[2]).toMatchObject({ wallMs: 12.346 });
});

it('leaves out what it does not know the beginning of', () => {
  const sights = createSights();
  sights.records([events([60, returned('x2', 't2')])], 's');
  expect(sights.results).toBe(0);
  expect(sights.lines()).toBe('');
});

it('refuses a journal of another form', () => {
  expect(() => createSights().records([{ key: 'base', value: {} }], 's')).toThrow();
  expect(() => readRecording('{"type":"joined"}')).toThrow();
});
