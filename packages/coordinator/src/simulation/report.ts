import type { VolunteerId } from '@tabgrid/protocol/ids';
import { RECORDS_VERSION, type SimulationReport } from '@tabgrid/protocol/records';
import type { SimulationRecord } from '@tabgrid/protocol/records-simulation';
import { physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { type Arrival, adapterName } from '../job.js';
import type { SimulationView } from './api.js';
import type { Run } from './run.js';

/** Who did how much, by what its page calls itself. */
export interface SimulationTally {
  readonly rows: Map<VolunteerId, TallyRow>;
}

type TallyRow = SimulationRecord['tally'][number];

/** A result was taken. */
export function count({ rows }: SimulationTally, { member, adapter, software, head, body }: Arrival): void {
  const { id, session, name } = member;
  const before = rows.get(session);
  rows.set(session, {
    ...{ id, session, name, adapter: adapterName(adapter), software },
    results: (before?.results ?? 0) + 1,
    kernelMs: (before?.kernelMs ?? 0) + head.stats.kernelMs,
    bytes: (before?.bytes ?? 0) + body.byteLength,
  });
}

/** What happened in a simulation. `chaos` is empty: whoever made faults happen fills it in. */
export async function simulationReport(
  view: SimulationView,
  run: Run,
  tally: SimulationTally,
): Promise<SimulationReport> {
  const { figures } = run.state;
  const [begun = 0] = view.energy;
  return {
    version: RECORDS_VERSION,
    job: view.id,
    title: view.title,
    state: view.state,
    verify: view.spec.verify,
    chaos: [],
    kernel: { kind: physicsTask.kind, version: run.state.job.version },
    stateSha256: await run.stateSha256(),
    bodies: view.bodies,
    frames: view.framesDone,
    substeps: view.spec.substeps,
    merge: view.spec.merge,
    regions: view.regions,
    margin: view.margin,
    window: view.window,
    ghostShare: view.ghostShare,
    conflicts: view.conflicts,
    resimulated: view.resimulated,
    momentumDrift: view.momentumDrift,
    energyDrift: begun === 0 ? 0 : ((view.energy.at(-1) ?? begun) - begun) / Math.abs(begun),
    wallMs: view.wallMs,
    kernelMs: figures.kernelMs,
    exchangeShare: figures.roundMs > 0 ? Math.max(0, 1 - figures.longestMs / figures.roundMs) : 0,
    volunteers: [...tally.rows.values()].map(({ session: _, ...row }) => row),
  };
}
