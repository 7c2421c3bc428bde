import { BUILTIN_WORLDS } from '@tabgrid/assets/worlds/names';
import { SIMULATION_BOUNDS } from '@tabgrid/coordinator/bounds';
import { describe, expect, it } from 'vitest';
import { FIRST_SIMULATION, readSimulation, type SimulationDraft, simulationProblems } from './simulation-settings.js';
import { WORLD_WORDS, worldOf } from './worlds.js';

const problems = (change: Partial<SimulationDraft>, file = false) =>
  simulationProblems({ ...FIRST_SIMULATION, ...change }, file);

describe('a simulation’s settings', () => {
  it('are right as they are at first', () => {
    expect(problems({})).toEqual({});
    expect(readSimulation(FIRST_SIMULATION, null)).toEqual({
      input: { kind: 'builtin', name: 'pile' },
      spec: { seconds: 2, substeps: 8, regions: null, margin: 2, merge: 'owner', realTime: false, verify: 'spot' },
    });
  });

  it('have the coordinator’s bounds', () => {
    for (const field of ['seconds', 'substeps', 'regions', 'margin'] as const) {
      const { min, max } = SIMULATION_BOUNDS[field];
      expect(problems({ [field]: String(min) })).toEqual({});
      expect(problems({ [field]: String(max) })).toEqual({});
      expect(Object.keys(problems({ [field]: String(max + 1) }))).toEqual([field]);
      expect(Object.keys(problems({ [field]: String(min - 1) }))).toEqual([field]);
    }
  });

  it('may be fractions where time and length are meant, whole numbers elsewhere, and empty where there is a usual one', () => {
    expect(problems({ seconds: '0.5', margin: '1.25' })).toEqual({});
    expect(problems({ substeps: '1.5', regions: '2.5', bodies: '1.5' })).toEqual({
      substeps: 'Substeps must be a whole number.',
      regions: 'Regions must be a whole number.',
      bodies: 'Bodies must be a whole number.',
    });
    expect(problems({ regions: '', bodies: ' ' })).toEqual({});
    expect(problems({ seconds: '' })).toEqual({ seconds: 'Seconds is empty.' });
  });

  it('say bounds in round numbers', () => {
    expect(problems({ seconds: '0' }).seconds).toBe('Seconds goes from 0.017 to 3,600 seconds.');
  });

  it('ask for a file instead of a built-in world, with all its bodies', () => {
    const file = new File(['{}'], 'mine.json');
    expect(readSimulation({ ...FIRST_SIMULATION, bodies: '7' }, file).input).toEqual({ kind: 'file', file });
    expect(problems({ bodies: 'x' }, true)).toEqual({});
    expect(readSimulation({ ...FIRST_SIMULATION, bodies: '7' }, null).input).toMatchObject({ bodies: 7 });
  });
});

it('each built-in world is described, and known by its name', () => {
  for (const name of BUILTIN_WORLDS) {
    expect(WORLD_WORDS[name].about).not.toBe('');
    expect(worldOf(name)).toBe(name);
  }
  expect(worldOf('')).toBeNull();
});
