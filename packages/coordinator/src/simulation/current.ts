import { type NamedBlob, nameBlob } from '@tabgrid/protocol/blob';
import type { JobId, Millis } from '@tabgrid/protocol/ids';
import { MAX_NAME_LENGTH, MAX_TEXT_LENGTH } from '@tabgrid/protocol/limits';
import { RECORDS_VERSION } from '@tabgrid/protocol/records';
import type { SimulationRecord } from '@tabgrid/protocol/records-simulation';
import type { PhysicsJob } from '@tabgrid/splitters/physics/planner';
import { type Standing, standingOf } from '@tabgrid/splitters/physics/standing';
import { POSITION_BITS, toPosition } from '@tabgrid/webgpu-kernels/physics/scale';
import { decodeWorld, encodeWorld, type Places, placesOf } from '@tabgrid/webgpu-kernels/physics/state';
import { hasBoxes, worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import type { PreparedWorld, SimulationSpec, SimulationView, WorldInput } from './api.js';
import { FRAMES_A_SECOND } from './check.js';
import type { SimulationTally } from './report.js';
import type { Run, Waypoint } from './run.js';
import { cutOf, wallMsOf } from './view.js';

/** The world that this page simulates, or simulated last. */
export interface Current extends Launched {
  readonly run: Run;
  /** How it was cut last, where an earlier page ended it; null: as its run says. */
  readonly cut: SimulationRecord['cut'] | null;
  readonly startedAt: number;
  /** Less what it ran in earlier pages. */
  readonly beganAt: Millis;
  readonly tally: SimulationTally;
  /** How often a page began with it: part of its tasks' names. */
  readonly life: number;
  state: SimulationView['state'];
  endedAt: Millis | null;
  notice: string | null;
}

/** What follows from what its owner chose alone. */
export interface Launched {
  readonly id: JobId;
  readonly title: string;
  readonly input: WorldInput;
  readonly prepared: PreparedWorld;
  readonly spec: SimulationSpec;
  readonly job: PhysicsJob;
  /** What all volunteers read. */
  readonly named: NamedBlob;
  /** Joules in a unit of energy, and kg·m/s in one of momentum. */
  readonly joules: number;
  readonly momentum: number;
  /** The world as it begins. */
  readonly places: Places;
}

/** Fewer could not keep up: one feeds the GPU while the other talks. */
const REAL_TIME_CORES = 2;

/** @param version of the kernel, whose bits it is of */
export async function launched(
  id: JobId,
  input: WorldInput,
  prepared: PreparedWorld,
  spec: SimulationSpec,
  version: string,
): Promise<Launched> {
  const { world, title } = prepared;
  const words = worldWords(world, 1 / (FRAMES_A_SECOND * spec.substeps));
  const named = await nameBlob(encodeWorld(words));
  const job: PhysicsJob = {
    ...{ id, world: named.ref, frames: Math.round(spec.seconds * FRAMES_A_SECOND), substeps: spec.substeps },
    ...{ version, boxes: hasBoxes(world) },
    ...{ regions: spec.regions, margin: toPosition(spec.margin), merge: spec.merge, verify: spec.verify },
    ...(spec.realTime && { cpuCores: REAL_TIME_CORES }),
  };
  const { momentum, step } = words.scale;
  return {
    ...{ id, title: title.slice(0, MAX_NAME_LENGTH), input, prepared, spec, job, named, momentum },
    joules: (momentum * 2 ** -POSITION_BITS) / step,
    places: placesOf(words),
  };
}

/** @param places null: as it begins */
export function standingIn({ named, places: first }: Launched, places: Places | null): Standing {
  return standingOf(decodeWorld(named.bytes), places ?? first);
}

/** What is kept of it beside the world itself. */
export function recordOf(it: Current, at: Waypoint, now: Millis): SimulationRecord {
  const { input, run } = it;
  const { bodies } = it.prepared.world;
  return {
    ...{ version: RECORDS_VERSION, id: it.id, title: it.title, state: it.state, spec: { ...it.spec }, life: it.life },
    input:
      input.kind === 'file'
        ? { kind: 'file', name: input.file.name }
        : { kind: 'builtin', name: input.name, ...(input.bodies !== undefined && { bodies: input.bodies }) },
    ...{ world: it.job.world, kernelVersion: it.job.version, bodies: bodies.length, frames: it.job.frames },
    ...{ framesDone: at.frame, every: run.frames.every, finer: at.finer, drift: run.drift, figures: at.figures },
    ...{ cut: cutOf(it), startedAt: it.startedAt, wallMs: wallMsOf(it, now) },
    notice: it.notice?.slice(0, MAX_TEXT_LENGTH) ?? null,
    tally: [...it.tally.rows.values()],
  };
}
