import { Merge } from '@tabgrid/protocol/task';
import * as v from 'valibot';
import { UserError } from '../api.js';
import type { SimulationSpec } from './api.js';

/** What owners may ask of a simulation. */
export const SIMULATION_BOUNDS = {
  seconds: { min: 1 / 60, max: 3600 },
  substeps: { min: 1, max: 64 },
  regions: { min: 1, max: 64 },
  margin: { min: 0, max: 1000 },
} as const;

export const FRAMES_A_SECOND = 60;

/** @throws UserError */
export function checkSimulation({ seconds, substeps, regions, margin, merge }: SimulationSpec): void {
  within('The time', seconds, SIMULATION_BOUNDS.seconds, 's');
  within('Substeps', substeps, SIMULATION_BOUNDS.substeps);
  whole('Substeps', substeps);
  if (regions !== null) {
    within('Regions', regions, SIMULATION_BOUNDS.regions);
    whole('Regions', regions);
  }
  within('The margin', margin, SIMULATION_BOUNDS.margin, 'm');
  if (!v.is(Merge, merge)) throw new UserError(`Regions are merged by owner or average, not by ${merge}.`);
}

function within(
  what: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
  unit = '',
): void {
  if (value >= min && value <= max) return;
  const least = Number(min.toPrecision(2));
  throw new UserError(`${what} must be from ${least} to ${max}${unit && ` ${unit}`}, not ${value}.`);
}

function whole(what: string, value: number): void {
  if (!Number.isInteger(value)) throw new UserError(`${what} must be a whole number, not ${value}.`);
}
