import { describe, expect, it } from 'vitest';
import { aSimulation } from '../testing/simulation-samples.js';
import {
  driftText,
  energyTicks,
  energyWords,
  frameText,
  isAtStart,
  isSimulating,
  joules,
  shareDone,
  simulationFacts,
  simulationResult,
  trajectoryFile,
} from './simulation.js';

const facts = (change: Parameters<typeof aSimulation>[0] = {}) =>
  Object.fromEntries(simulationFacts(aSimulation(change)).map(({ testid, value }) => [testid, value]));

describe('a simulation in words', () => {
  it('says what is done, how fast, and how the world is cut', () => {
    expect(facts()).toEqual({
      'simulation-frames': '30 / 120',
      'simulation-rate': '13 frames/s',
      'simulation-regions': '2',
      'simulation-margin': '2.25 m',
      'simulation-window': '24 substeps, 3 frames',
      'simulation-ghosts': '8 %',
      'simulation-conflicts': '1',
      'simulation-resimulated': '2',
    });
    expect(facts({ framesPerSecond: 0.62, window: 8 })).toMatchObject({
      'simulation-rate': '0.6 frames/s',
      'simulation-window': '8 substeps',
    });
  });

  it('says how it went when it is over', () => {
    expect(simulationResult(aSimulation({ state: 'done', framesDone: 120, bodies: 1 }))).toBe(
      '1 body, 120 frames in 2.4 s, 13 frames a second',
    );
    expect(simulationResult(aSimulation({ state: 'cancelled' }))).toContain('3 bodies, 30 of 120 frames in');
  });

  it('knows whether it goes on', () => {
    expect(isSimulating(null)).toBe(false);
    expect(isSimulating(aSimulation({ state: 'paused' }))).toBe(true);
    expect(isSimulating(aSimulation({ state: 'failed' }))).toBe(false);
    expect(isAtStart(aSimulation({ framesDone: 0 }))).toBe(true);
    expect(isAtStart(aSimulation())).toBe(false);
    expect(shareDone({ frames: 0, framesDone: 0 })).toBe(0);
    expect(shareDone(aSimulation())).toBe(0.25);
  });

  it('names a frame and its moment', () => {
    expect(frameText(30, 120)).toBe('Frame 30 of 120 · 0.50 s of 2.00 s');
  });
});

describe('energy', () => {
  it('has a prefix and three digits', () => {
    expect([0, 0.5, 999, 12_345, -2_500_000].map((value) => joules(value))).toEqual([
      '0 J',
      '0.5 J',
      '999 J',
      '12.3 kJ',
      '−2.5 MJ',
    ]);
  });

  it('is told along an axis so that no two are alike', () => {
    expect(energyTicks([115_900, 115_950, 116_000])).toEqual(['115.90 kJ', '115.95 kJ', '116.00 kJ']);
    expect(energyTicks([0, 500, 1000])).toEqual(['0.0 kJ', '0.5 kJ', '1.0 kJ']);
    expect(energyTicks([535, 537.5, 540])).toEqual(['535.0 J', '537.5 J', '540.0 J']);
    expect(energyTicks([-20, 0, 20])).toEqual(['−20 J', '0 J', '20 J']);
    expect(energyTicks([])).toEqual([]);
  });

  it('is told as a change since the beginning', () => {
    expect(energyWords([]).sentence).toBe('No energy is known yet.');
    expect(energyWords([5])).toMatchObject({ sentence: '5 J at first.', rows: [] });
    expect(energyWords([5, 5]).sentence).toBe('5 J now: as much as at first.');
    expect(energyWords([5, 2]).sentence).toBe('2 J now: 3 J less than at first, which contacts and friction took.');
    expect(energyWords([5, 6]).sentence).toBe('6 J now: 1 J more than at first.');
  });

  it('has a table of a few moments, the first and the last among them', () => {
    const { rows } = energyWords(Array.from({ length: 301 }, (_, i) => 1000 - i));
    expect(rows).toHaveLength(12);
    expect(rows[0]).toEqual(['0.00 s', '1 kJ']);
    expect(rows.at(-1)).toEqual(['5.00 s', '700 J']);
  });
});

it('momentum from nowhere is told as it is', () => {
  expect([0, 1.23456e-7, -2].map(driftText)).toEqual(['0 kg·m/s', '1.23e−7 kg·m/s', '−2.00 kg·m/s']);
});

it('files have names that say what is in them', () => {
  const name = (title: string) => trajectoryFile({ title, bodies: 500, framesDone: 60 }, 'glb').name;
  expect(name('A heap of spheres!')).toBe('a-heap-of-spheres-500-bodies-60-frames.glb');
  expect(name('…')).toBe('world-500-bodies-60-frames.glb');
});
