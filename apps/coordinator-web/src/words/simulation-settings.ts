import { type BuiltinWorldName, MOST_BUILTIN_BODIES } from '@tabgrid/assets/worlds/names';
import { SIMULATION_BOUNDS } from '@tabgrid/coordinator/bounds';
import type { SimulationSpec, WorldInput } from '@tabgrid/coordinator/simulation/api';
import type { Merge, Verification } from '@tabgrid/protocol/task';
import { problemWith, type Rule } from './settings.js';

/** A simulation's settings as a person types them; as with the picture's, the coordinator checks again. */

export const SIMULATION_FIELDS = ['bodies', 'seconds', 'substeps', 'regions', 'margin'] as const;
export type SimulationField = (typeof SIMULATION_FIELDS)[number];

export interface SimulationDraft extends Readonly<Record<SimulationField, string>> {
  readonly world: BuiltinWorldName;
  readonly merge: Merge;
  readonly verify: Verification;
  readonly realTime: boolean;
}

export const FIRST_SIMULATION: SimulationDraft = {
  world: 'pile',
  bodies: '',
  seconds: '2',
  substeps: '8',
  regions: '',
  margin: '2',
  merge: 'owner',
  verify: 'spot',
  realTime: false,
};

export const SIMULATION_RULES: Readonly<Record<SimulationField, Rule>> = {
  bodies: {
    ...{ name: 'Bodies', min: 1, max: MOST_BUILTIN_BODIES, optional: true, unit: '' },
    help: 'How many move. Empty takes the world’s own number.',
  },
  seconds: {
    ...{ name: 'Seconds', ...SIMULATION_BOUNDS.seconds, fractions: true, unit: ' seconds' },
    help: 'Of the world’s time; 60 frames each.',
  },
  substeps: {
    ...{ name: 'Substeps', ...SIMULATION_BOUNDS.substeps, unit: '' },
    help: 'Steps of a frame: more let stacks stand more firmly and cost as much more.',
  },
  regions: {
    ...{ name: 'Regions', ...SIMULATION_BOUNDS.regions, optional: true, unit: '' },
    help: 'Into how many parts the world is cut, each for one volunteer. Empty: as many as pay.',
  },
  margin: {
    ...{ name: 'Margin, m', ...SIMULATION_BOUNDS.margin, fractions: true, unit: ' metres' },
    help: 'How far a region sees into its neighbours, at least. A wider margin lets volunteers go on for longer before they have to hear of each other.',
  },
};

export type SimulationProblems = Readonly<Partial<Record<SimulationField, string>>>;

/** @param file whether the world is a file, which has its own bodies */
export function simulationProblems(draft: SimulationDraft, file: boolean): SimulationProblems {
  const problems: Partial<Record<SimulationField, string>> = {};
  for (const field of SIMULATION_FIELDS) {
    const problem = field === 'bodies' && file ? null : problemWith(SIMULATION_RULES[field], draft[field]);
    if (problem !== null) problems[field] = problem;
  }
  return problems;
}

/**
 * What a draft without problems asks for.
 * @param file the world, instead of a built-in one
 */
export function readSimulation(
  draft: SimulationDraft,
  file: File | null,
): { readonly input: WorldInput; readonly spec: SimulationSpec } {
  const { world: name, bodies, regions, merge, verify, realTime } = draft;
  return {
    input: file
      ? { kind: 'file', file }
      : { kind: 'builtin', name, ...(bodies.trim() !== '' && { bodies: Number(bodies) }) },
    spec: {
      seconds: Number(draft.seconds),
      substeps: Number(draft.substeps),
      regions: regions.trim() === '' ? null : Number(regions),
      margin: Number(draft.margin),
      merge,
      realTime,
      verify,
    },
  };
}
