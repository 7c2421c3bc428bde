import type { LearningView, ModelView } from '@tabgrid/coordinator/api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aLearningView, aModel, NOTHING_LEARNED } from '../testing/learning-samples.js';
import { modelRows } from './models.js';

const view = (model: Partial<ModelView>, change: Partial<LearningView> = {}) =>
  aLearningView({ ...change, models: [aModel({ name: 'failure', ...model })] });
const row = (...args: Parameters<typeof view>) => {
  const [only] = modelRows(view(...args));
  if (only === undefined) throw new Error('one model, one row');
  return only;
};

it('has a row for each model, in words of the owner’s', () => {
  const rows = modelRows(aLearningView());
  expect(rows.map(({ title, decides }) => `${title}: ${decides}`)).toEqual([
    'Finish times: learned',
    'Choice of volunteer: learned',
    'Share of the work: simple rule',
    'Departures: learned',
    'Network delays: learned',
  ]);
});

it('tells how far finish times are off, and not the loss', () => {
  const error = { learned: { at: [1, 2], value: [0.3, 0.081] }, baseline: { at: [1, 2], value: [0.3, 0.12] } };
  expect(row({ name: 'time' }, { error }).text).toBe('8 % off, simple rule 12 % off');
  const close = { learned: { at: [1], value: [0.29] }, baseline: { at: [1], value: [0.28] } };
  expect(row({ name: 'time', learned: 0.1, baseline: 0.2 }, { error: close }).text).toBe(
    '29 % off, simple rule 28 % off, but with a better interval',
  );
  expect(row({ name: 'time', learned: 0.2, baseline: 0.1 }, { error: close }).text).toBe(
    '29 % off, simple rule 28 % off',
  );
  expect(row({ name: 'time' }, { error: NOTHING_LEARNED.error }).text).toBe('35 % better than the simple rule');
});

describe('a model beside its simple rule', () => {
  it.each([
    [{ learned: null, baseline: null }, 'not judged yet'],
    [{ learned: 0.5, baseline: 0.5 }, 'as good as the simple rule'],
    [{ learned: 0.4, baseline: 0.5 }, '20 % better than the simple rule'],
    [{ learned: 0.499, baseline: 0.5 }, 'under 1 % better than the simple rule'],
    [{ learned: -1, baseline: -2 }, 'worse than the simple rule'],
    [{ learned: -2, baseline: 0 }, 'better than the simple rule'],
  ])('%j is %s', (model, text) => {
    expect(row(model).text).toBe(text);
  });

  it('says why the simple rule decides although learning is on', () => {
    const back = 'baseline';
    expect(row({ learned: 0.6, baseline: 0.5, deciding: back }).text).toBe(
      '20 % worse than the simple rule, so the simple rule decides',
    );
    expect(row({ learned: 0.4, baseline: 0.5, deciding: back }).text).toBe(
      '20 % better than the simple rule, but not yet sure enough to decide',
    );
    expect(row({ learned: 0.4, baseline: 0.5, deciding: back }, { mode: 'shadow' }).text).toBe(
      '20 % better than the simple rule',
    );
    expect(row({ learned: null, baseline: null, deciding: back }).text).toBe('not judged yet');
  });

  it('never decides while learning only watches or is off', () => {
    for (const mode of ['shadow', 'off'] as const) expect(row({}, { mode }).decides).toBe('simple rule');
  });

  it('says over how many outcomes of what it was measured, once it was', () => {
    expect(row({ samples: 300, measure: 'log loss' }).measure).toBe('Measured over the last 300 outcomes: log loss');
    expect(row({ samples: 1, measure: 'log loss' }).measure).toBe('Measured over the last outcome: log loss');
    expect(row({ samples: 0 }).measure).toBe('');
  });

  it('has bars that are shares of the larger, or none', () => {
    expect(row({ learned: 0.2, baseline: 0.4 }).bars).toEqual({ learned: 0.5, baseline: 1 });
    expect(row({ learned: 0, baseline: 0 }).bars).toBeNull();
    const number = fc.oneof(fc.constant(null), fc.double());
    fc.assert(
      fc.property(number, number, (learned, baseline) => {
        const { bars } = row({ learned, baseline });
        if (bars === null) return;
        for (const share of [bars.learned, bars.baseline]) expect(share >= 0 && share <= 1).toBe(true);
        expect(Math.max(bars.learned, bars.baseline)).toBe(1);
      }),
    );
  });
});
