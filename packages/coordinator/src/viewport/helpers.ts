import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { ViewState } from '@tabgrid/splitters/view/planner';
import { type Helper, unitsOf } from '@tabgrid/splitters/view/round';
import { pathtraceTask, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';

const KERNEL = { kind: pathtraceTask.kind, version: pathtraceTask.version };

/** Everybody who could take part in a view's next round, as the scheduler expects it of them. */
export function helpersFor(
  scheduler: Pick<Scheduler, 'prospects'>,
  { job: { base }, stage }: Pick<ViewState, 'job' | 'stage'>,
): readonly Helper[] {
  const { width, height } = base.film;
  const workUnits = unitsOf(base, width * height, 1);
  // A row is what everybody has to have the memory for; how much more it takes is for the planner to say.
  const row = { ...base, tile: { x: 0, y: 0, width, height: 1 }, samples: { first: 0, count: 1, block: 1 } };
  const requires = pathtraceTask.requires(row);
  const outputBytes = pathtraceTask.outputs(row).reduce((sum, { bytes }) => sum + bytes, 0);
  const prospects = scheduler.prospects({
    kernel: KERNEL,
    requires,
    workUnits,
    inputs: [...taskInputs(base)],
    outputBytes,
    // The round under way is over before the next one begins.
    instead: stage.kind === 'under way' ? stage.round.job : null,
  });
  return prospects.map(({ volunteer, waitMs, tripMs, transferMs, durationMs, byteMs }) => ({
    volunteer,
    fixedMs: waitMs + tripMs + transferMs,
    unitMs: Math.max(durationMs, 1e-6) / workUnits,
    byteMs,
  }));
}
