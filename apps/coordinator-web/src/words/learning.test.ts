import { describe, expect, it } from 'vitest';
import { aLearningView, aModel, aYoungLearningView, NOTHING_LEARNED } from '../testing/learning-samples.js';
import {
  decides,
  FEW_OUTCOMES,
  forgetQuestion,
  learningCaution,
  learningStage,
  learningSummary,
  MODES,
  trainingText,
} from './learning.js';

it('has a sentence for every mode', () => {
  expect(MODES.map(({ mode }) => mode)).toEqual(['on', 'shadow', 'off']);
  for (const { about } of MODES) expect(about).toMatch(/^[A-Z].*\.$/);
});

it('tells nothing, little and enough apart', () => {
  const stages = [0, 1, FEW_OUTCOMES - 1, FEW_OUTCOMES].map((outcomes) => learningStage({ outcomes }));
  expect(stages).toEqual(['empty', 'few', 'few', 'full']);
});

it('lets nothing that was learned decide unless it is on', () => {
  const learned = aModel({ deciding: 'learned' });
  expect(MODES.map(({ mode }) => decides(mode, learned))).toEqual([true, false, false]);
  expect(decides('on', aModel({ deciding: 'baseline' }))).toBe(false);
});

describe('learningSummary', () => {
  it.each([
    [NOTHING_LEARNED, 'nothing learned yet'],
    [aYoungLearningView(), 'learned from 31 outcomes'],
    [aLearningView(), 'learned from 2,412 outcomes, decides 4 of 5'],
    [aLearningView({ mode: 'shadow' }), 'watching, learned from 2,412 outcomes'],
    [{ ...NOTHING_LEARNED, mode: 'shadow' as const }, 'watching, nothing learned yet'],
    [aLearningView({ mode: 'off' }), 'off, 2,412 outcomes kept'],
    [aLearningView({ mode: 'off', outcomes: 1 }), 'off, 1 outcome kept'],
    [{ ...NOTHING_LEARNED, mode: 'off' as const }, 'off'],
  ])('%#: %s', (view, text) => {
    expect(learningSummary(view)).toBe(text);
  });
});

describe('learningCaution', () => {
  it('is silent where the figures, or the empty panel, speak for themselves', () => {
    expect(learningCaution({ mode: 'on', outcomes: 500 })).toBeNull();
    expect(learningCaution({ mode: 'shadow', outcomes: 500 })).toBeNull();
    expect(learningCaution({ mode: 'on', outcomes: 0 })).toBeNull();
  });

  it('warns of figures from little, and of those that stand still', () => {
    expect(learningCaution({ mode: 'on', outcomes: 31 })).toBe(
      '31 outcomes so far. The figures mean something from about 50 on.',
    );
    expect(learningCaution({ mode: 'off', outcomes: 500 })).toBe('Learning is off: the figures stand as they were.');
    expect(learningCaution({ mode: 'off', outcomes: 1 })).toBe(
      'Learning is off after only 1 outcome: the figures say little.',
    );
    expect(learningCaution({ mode: 'off', outcomes: 0 })).toContain('nothing was learned before');
  });
});

it('says how it was trained', () => {
  const text = (revision: number, backend: string | null) => trainingText({ revision, backend, measured: [] });
  expect(text(0, null)).toBe('Not trained yet');
  expect(text(1, 'cpu')).toBe('Trained once on the CPU');
  expect(text(1_200, 'webgpu')).toBe('Trained 1,200 times on the GPU (WebGPU)');
  expect(text(2, 'other')).toBe('Trained 2 times on other');
  expect(text(2, null)).toBe('Trained 2 times');
  const measured = [
    { backend: 'cpu', stepMs: 4.44 },
    { backend: 'webgpu', stepMs: null },
  ];
  expect(trainingText({ revision: 2, backend: 'cpu', measured })).toBe('Trained 2 times on the CPU, 4.4 ms a step');
  expect(trainingText({ revision: 2, backend: 'webgpu', measured })).toBe('Trained 2 times on the GPU (WebGPU)');
});

it('asks before it forgets, with what is lost', () => {
  expect(forgetQuestion({ outcomes: 2_412 })).toMatch(/^Forget 2,412 outcomes .*cannot be undone/);
  expect(forgetQuestion({ outcomes: 0 })).toMatch(/^Forget all/);
});
