import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import type { SampleRun } from '@tabgrid/protocol/records';
import { resultBytes } from '@tabgrid/webgpu-kernels/pathtrace/film';
import type { GridState } from '../planner.js';

/** How large tasks are. Nothing here can change a bit of the picture. */

/** A task on the median volunteer: long against its overhead, short against what its loss costs. */
const TARGET_SECONDS = 0.5;

/** The speed to expect while nobody knows: a software adapter's, since too small tasks cost less than too large ones. */
export const UNKNOWN_UNITS_PER_SECOND = 500_000;

/** Enough tasks for everybody to be busy to the end. */
const TASKS_A_VOLUNTEER = 6;
const LEAST_TASKS = 12;

/** More would cost every page more to keep count of than small tasks are worth. */
export const MOST_TASKS = 20_000;

/** Of a tile on the average. */
export const LEAST_SIDE_PX = 16;
const STEP_PX = 8;

/** The largest tile of which one block fits into a result. */
export const MOST_SIDE_PX = 504;

/** Of even tiles. */
export interface Cut {
  /** Tile side in pixels. */
  readonly side: number;
  /** Sample blocks a task. */
  readonly blocks: number;
}

export interface EvenCutting {
  readonly width: number;
  readonly height: number;
  readonly run: SampleRun;
  /** Tile side that the owner asked for; null leaves the choice. */
  readonly tile: number | null;
  /** Work units of one sample of one pixel. */
  readonly unitsASample: number;
}

/** Chooses tile and blocks a task. */
export function chooseCut({ width, height, run, tile, unitsASample }: EvenCutting, grid: GridState): Cut {
  const target = TARGET_SECONDS * (grid.unitsPerSecond ?? UNKNOWN_UNITS_PER_SECOND);
  const allBlocks = Math.ceil(run.count / run.block);
  const wanted = Math.max(LEAST_TASKS, TASKS_A_VOLUNTEER * grid.volunteers);
  const blockUnits = Math.min(run.block, run.count) * unitsASample;
  const tilesOf = (side: number) => Math.ceil(width / side) * Math.ceil(height / side);
  const fits = (side: number) =>
    side * side * blockUnits <= target &&
    tilesOf(side) * allBlocks >= wanted &&
    bytesOf(side, 1, run) <= MAX_OUTPUT_BYTES;

  let side = Math.min(tile ?? LEAST_SIDE_PX, MOST_SIDE_PX);
  if (tile === null) while (side + STEP_PX <= MOST_SIDE_PX && fits(side + STEP_PX)) side += STEP_PX;

  let blocks = 1;
  const more = () => {
    const next = blocks + 1;
    return (
      next <= allBlocks &&
      side * side * blockUnits * next <= target &&
      tilesOf(side) * Math.ceil(allBlocks / next) >= wanted &&
      bytesOf(side, next, run) <= MAX_OUTPUT_BYTES
    );
  };
  while (more()) blocks++;
  const tooMany = () => tilesOf(side) * Math.ceil(allBlocks / blocks) > MOST_TASKS;
  while (tile === null && tooMany() && side + STEP_PX <= MOST_SIDE_PX) {
    side += STEP_PX;
    while (blocks > 1 && bytesOf(side, blocks, run) > MAX_OUTPUT_BYTES) blocks--;
  }
  return { side, blocks };
}

function bytesOf(side: number, blocks: number, { first, block }: SampleRun): number {
  return resultBytes({
    tile: { x: 0, y: 0, width: side, height: side },
    samples: { first, count: blocks * block, block },
  });
}
