import { describe, expect, it } from 'vitest';
import { aKeptSimulation } from '../testing/simulation-samples.js';
import { cutOffWords, keptFacts, wasCutOff } from './kept.js';

describe('what was cut off', () => {
  it('is named by kind and number', () => {
    expect(cutOffWords(1, false).head).toBe('A render was cut off');
    expect(cutOffWords(3, false).head).toBe('3 renders were cut off');
    expect(cutOffWords(0, true).head).toBe('A simulation was cut off');
    expect(cutOffWords(1, true).head).toBe('A render and a simulation were cut off');
    expect(cutOffWords(2, true).head).toBe('2 renders and a simulation were cut off');
    expect(cutOffWords(1, false).text).toContain('the picture comes out the same');
    expect(cutOffWords(0, true).text).toContain('the world ends the same');
    expect(cutOffWords(1, true).text).toContain('what comes out is the same');
  });
});

describe('a simulation that is kept', () => {
  it('says how far it came', () => {
    expect(keptFacts(aKeptSimulation())).toBe('30 % done · 3 bodies, 36 of 120 frames');
    expect(keptFacts(aKeptSimulation({ state: 'done', framesDone: 120 }))).toBe('3 bodies, 120 frames');
    expect(keptFacts(aKeptSimulation({ state: 'cancelled' }))).toBe('3 bodies, 36 of 120 frames');
  });

  it('was cut off, or was over', () => {
    expect(wasCutOff(null)).toBe(false);
    expect(wasCutOff(aKeptSimulation({ state: 'paused' }))).toBe(true);
    expect(wasCutOff(aKeptSimulation({ state: 'failed' }))).toBe(false);
  });
});
