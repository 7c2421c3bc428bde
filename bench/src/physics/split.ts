import { bytesOf, concatBytes, sha256Hex } from '@tabgrid/protocol/bytes';
import { energyOf } from '@tabgrid/splitters/physics/energy';
import { givenIn } from '@tabgrid/splitters/physics/judge';
import { momentumDrift, momentumOf } from '@tabgrid/splitters/physics/ledger';
import type { Standing } from '@tabgrid/splitters/physics/standing';
import { type Heap, restingHeap } from './heaps.js';
import { type Part, type PartOptions, sizeName } from './part.js';
import { type RoundRan, runHere, type TaskRan } from './run-here.js';
import { onGpu, type RunTask } from './run-task.js';
import { SUBSTEPS } from './stepper.js';

/** One heap over more and more regions: the same bits, what ghosts cost, what travels, and what is conserved. */

const REGIONS = [1, 2, 4, 8] as const;
/** Substeps between exchanges: short, so that ghosts are few. */
const WINDOW = 2;

interface Run {
  readonly regions: number;
  readonly sha256: string;
  readonly ghostShare: number;
  readonly conflicts: number;
  readonly resimulated: number;
  /** Units of momentum from nowhere, the most of any window and axis. */
  readonly momentumDrift: number;
  /** The most that mechanical energy grew above what it was before, as a share of the first frame's. */
  readonly energyDrift: number;
  /** After the first window, which tells each volunteer its part whole. */
  readonly bytesAFrame: { readonly up: number; readonly down: number };
  /** Of all parts together. */
  readonly bytesAtFirst: number;
  /**
   * What goes out in all after the first window and what is told of ghosts in return, by ghost: a region's own bodies are with its
   * volunteer already.
   */
  readonly bytesAGhost: number;
}

/** @throws Error where it matters how the world is cut, or momentum is not conserved */
export async function measureSplits({ gpu, quick, say }: PartOptions): Promise<Part> {
  const bodies = quick ? 2000 : 10_000;
  const frames = quick ? 2 : 8;
  const task = onGpu(gpu);
  const heap = await restingHeap(bodies, task);
  const runs: Run[] = [];
  for (const regions of REGIONS) {
    const run = await runOver(task, heap, frames, regions);
    runs.push(run);
    say(`${regions} regions: ${run.sha256.slice(0, 16)}, ${(100 * run.ghostShare).toFixed(0)} % ghosts`);
  }
  const [one] = runs;
  for (const { regions, sha256, momentumDrift: drift } of runs) {
    if (sha256 !== one?.sha256) {
      throw new Error(
        `${regions} regions end in ${sha256}, one in ${one?.sha256}: the world depends on how it is cut.`,
      );
    }
    if (drift !== 0) throw new Error(`${drift} units of momentum came from nowhere with ${regions} regions.`);
  }
  const figures: Record<string, number> = { sameBits: 1 };
  for (const run of runs) {
    figures[`ghostShare.${run.regions}`] = run.ghostShare;
    figures[`conflicts.${run.regions}`] = run.conflicts;
    figures[`bytesAFrame.up.${run.regions}`] = run.bytesAFrame.up;
    figures[`bytesAFrame.down.${run.regions}`] = run.bytesAFrame.down;
    figures[`bytesAtFirst.${run.regions}`] = run.bytesAtFirst;
  }
  figures['momentumDrift'] = Math.max(...runs.map((run) => run.momentumDrift));
  figures['energyDrift'] = Math.max(...runs.map((run) => run.energyDrift));
  figures['bytesAGhost'] = runs.at(-1)?.bytesAGhost ?? 0;
  return {
    figures,
    tables: [
      {
        title: `A heap of ${sizeName(bodies)}, ${frames} frames of ${SUBSTEPS} substeps, ${WINDOW} substeps a window; all end in ${one?.sha256.slice(0, 16)}…`,
        header: [
          'regions',
          'ghosts',
          'conflicts',
          'done again',
          'at first',
          'up/frame',
          'down/frame',
          'a ghost',
          'energy gained',
        ],
        rows: runs.map((run) => [
          ...[String(run.regions), `${(100 * run.ghostShare).toFixed(1)} %`],
          ...[String(run.conflicts), String(run.resimulated)],
          ...[run.bytesAtFirst, run.bytesAFrame.up, run.bytesAFrame.down].map(
            (bytes) => `${(bytes / 1e6).toFixed(2)} MB`,
          ),
          ...[run.bytesAGhost > 0 ? `${run.bytesAGhost.toFixed(0)} B` : '–', run.energyDrift.toExponential(1)],
        ]),
      },
    ],
  };
}

async function runOver(run: RunTask, { world, standing: from }: Heap, frames: number, regions: number): Promise<Run> {
  const rounds: RoundRan[] = [];
  let drift = 0;
  const energies = [total(from)];
  const { standing, state } = await runHere({
    ...{ run, world, from, frames, regions, substeps: SUBSTEPS, window: WINDOW },
    ran: (round) => rounds.push(round),
    moved(after, now, before) {
      // By the world itself, not by what regions say they gained.
      const given = givenIn(after.world, now.round);
      drift = Math.max(drift, ...momentumDrift(momentumOf(before), momentumOf(after), given).map(Math.abs));
      if ((now.gone + now.round.substeps) % SUBSTEPS === 0) energies.push(total(after));
    },
  });
  const [first, ...later] = rounds;
  const sum = (of: (task: TaskRan) => number) =>
    later.flatMap(({ tasks }) => tasks).reduce((all, task) => all + of(task), 0);
  const told = sum(({ params }) => params.bodies - params.own);
  const laterFrames = (later.length * WINDOW) / SUBSTEPS;
  const { ghosts, bodies, conflicts, resimulated } = state.figures;
  return {
    ...{ regions, conflicts, resimulated, momentumDrift: drift, ghostShare: ghosts / bodies },
    sha256: await sha256Hex(concatBytes([bytesOf(standing.places), bytesOf(standing.contacts)])),
    energyDrift: gainOf(energies) / (energies[0] ?? 1),
    bytesAtFirst: first?.tasks.reduce((all, { sent }) => all + sent, 0) ?? 0,
    bytesAFrame: { up: sum(({ sent }) => sent) / laterFrames, down: sum(({ came }) => came) / laterFrames },
    bytesAGhost: told > 0 ? sum(({ params, sent }) => sent + 4 * (params.bodies - params.own)) / told : 0,
  };
}

function total(standing: Standing): number {
  const { kinetic, potential } = energyOf(standing.world, standing, null);
  return kinetic + potential;
}

/** The most by which a value is above an earlier one. */
function gainOf(values: readonly number[]): number {
  let lowest = Number.POSITIVE_INFINITY;
  let gain = 0;
  for (const value of values) {
    lowest = Math.min(lowest, value);
    gain = Math.max(gain, value - lowest);
  }
  return gain;
}
