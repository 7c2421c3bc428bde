import type { Millis } from '@tabgrid/protocol/ids';
import type { SimulationRecord } from '@tabgrid/protocol/records-simulation';
import { marginFor } from '@tabgrid/splitters/physics/layout';
import { regionCount } from '@tabgrid/splitters/physics/regions';
import { POSITION_BITS } from '@tabgrid/webgpu-kernels/physics/scale';
import type { KeptSimulation, SimulationView } from './api.js';
import type { Current } from './current.js';

/** How a world is cut; the margin in m. */
export function cutOf({ run, job, cut }: Current): SimulationRecord['cut'] {
  if (cut) return cut;
  const { layout, round } = run.state;
  const margin = marginFor(run.standing, job, layout.substeps, round.speed) / 2 ** POSITION_BITS;
  return { regions: regionCount(layout.cut), margin, window: layout.substeps };
}

export const wallMsOf = (it: Current, now: Millis): Millis => (it.endedAt ?? now) - it.beganAt;

/** @param waits what it waits for, in words */
export function viewOf(it: Current, now: Millis, waits: string | null): SimulationView {
  const { run, job, spec } = it;
  const { figures, layout, round } = run.state;
  const wallMs = wallMsOf(it, now);
  const framesDone = Math.floor(run.state.gone / job.substeps);
  const cut = cutOf(it);
  // What a window of a frame needs: longer ones are the planner's own wish.
  const frame = Math.min(layout.substeps, job.substeps);
  const least = marginFor(run.standing, job, frame, round.speed) / 2 ** POSITION_BITS;
  const more = least > spec.margin && cut.regions > 1;
  return {
    ...{ id: it.id, title: it.title, state: it.state, spec, startedAt: it.startedAt, wallMs, framesDone, ...cut },
    bodies: it.prepared.world.bodies.length,
    frames: job.frames,
    ghostShare: figures.bodies > 0 ? figures.ghosts / figures.bodies : 0,
    conflicts: figures.conflicts,
    resimulated: figures.resimulated,
    energy: run.energies.map(({ kinetic, potential }) => it.joules * (kinetic + potential)),
    momentumDrift: it.momentum * run.drift,
    framesPerSecond: wallMs > 0 ? (1000 * framesDone) / wallMs : 0,
    notice:
      it.notice ??
      waits ??
      (more
        ? `A margin of ${spec.margin} m is too little for these bodies: ${least.toFixed(1)} m are needed, and used.`
        : null),
  };
}

export function keptView({
  id,
  title,
  state,
  bodies,
  frames,
  framesDone,
  startedAt,
}: SimulationRecord): KeptSimulation {
  return { id, title, state, bodies, frames, framesDone, startedAt };
}
