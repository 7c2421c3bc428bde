import { describe, expect, it } from 'vitest';
import { aJob } from '../testing/samples.js';
import { FORM_WORDS, stageSentence } from './denoise.js';

const sentence = (
  state: NonNullable<ReturnType<typeof aJob>['denoise']>['state'],
  job: 'running' | 'paused' | 'done',
) => stageSentence(aJob({ state: job, denoise: { state, share: 0.5 } }));

describe('what is said of denoising', () => {
  it('tells how far it is, until the picture is there', () => {
    expect(sentence('waiting', 'running')).toMatch(/when all samples are there/);
    expect(sentence('running', 'running')).toMatch(/denoising: 50 %/);
    expect(sentence('running', 'paused')).toMatch(/paused at 50 %/);
    expect(sentence('done', 'done')).toBeNull();
    expect(stageSentence(aJob())).toBeNull();
  });

  it('says that the picture is as rendered where it could not be denoised, or is not kept', () => {
    expect(sentence('failed', 'done')).toMatch(/could not be denoised/);
    expect(sentence('gone', 'done')).toMatch(/More samples/);
  });

  it('has a word for each form', () => {
    expect(FORM_WORDS.map(({ form }) => form)).toEqual(['denoised', 'rendered']);
  });
});
