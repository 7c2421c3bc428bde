import { nameBlob } from '@tabgrid/protocol/blob';
import type { Clock } from '@tabgrid/protocol/clock';
import { JobId, type TaskId, type VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_NAME_LENGTH } from '@tabgrid/protocol/limits';
import type { TaskSpec } from '@tabgrid/protocol/task';
import { marginFor } from '@tabgrid/splitters/physics/layout';
import type { PhysicsJob } from '@tabgrid/splitters/physics/planner';
import { regionCount } from '@tabgrid/splitters/physics/regions';
import { standingOf } from '@tabgrid/splitters/physics/standing';
import type { GridState } from '@tabgrid/splitters/planner';
import { POSITION_BITS, toPosition } from '@tabgrid/webgpu-kernels/physics/scale';
import { decodeWorld, encodeWorld, placesOf } from '@tabgrid/webgpu-kernels/physics/state';
import { physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { worldWords } from '@tabgrid/webgpu-kernels/physics/world';
import * as v from 'valibot';
import { UserError } from '../api.js';
import type { WorldReader } from '../deps.js';
import type { Dispatcher } from '../dispatcher.js';
import type { Checks, Compares } from '../held-results.js';
import type { Inputs } from '../inputs.js';
import type { Arrival } from '../job.js';
import type { Outbound, TaskOf, WholeTask } from '../outbound.js';
import { hindrance, uncheckable } from '../view.js';
import type { PreparedWorld, SimulationSpec, Simulations, SimulationView } from './api.js';
import { checkSimulation, FRAMES_A_SECOND } from './check.js';
import { type SimulationTally, simulationReport } from './report.js';
import { createRun, type Run } from './run.js';

/**
 * The worlds that this page has simulated: one at a time, the last one is shown.
 *
 * 1. The scheduler knows a world's job exactly while it runs or is paused.
 * 2. Nothing of it outlives the page.
 */
export interface SimulationsDriver extends Simulations {
  /** Whether a world is on its way. */
  isOpen(): boolean;
  has(task: TaskId): boolean;
  /** What a task's results are checked by; undefined for no task of a world. */
  of(task: TaskId): (Checks & Compares) | undefined;
  taskOf(): TaskOf;
  whole(task: TaskSpec, to: VolunteerId): () => Promise<WholeTask>;
  accept(task: TaskId, arrival: Arrival): void;
  fail(task: TaskId, reasons: readonly string[]): void;
  retract(task: TaskId): void;
  confirm(task: TaskId): void;
  settled(job: JobId): void;
}

export interface SimulationsDeps {
  readonly clock: Clock;
  readonly wallClock: () => number;
  readonly random: () => number;
  readonly dispatcher: Dispatcher;
  readonly inputs: Pick<Inputs, 'serveScene' | 'drop' | 'serveTask' | 'dropTask'>;
  readonly outbound: Pick<Outbound, 'jobOver'>;
  readonly worlds: WorldReader;
  readonly opened: () => Promise<unknown>;
  gridState(): GridState;
  changed(): void;
}

interface Current {
  readonly id: JobId;
  readonly title: string;
  readonly prepared: PreparedWorld;
  readonly spec: SimulationSpec;
  readonly job: PhysicsJob;
  readonly run: Run;
  /** Joules in a unit of energy, and kg·m/s in one of momentum. */
  readonly joules: number;
  readonly momentum: number;
  readonly startedAt: number;
  readonly beganAt: number;
  readonly tally: SimulationTally;
  state: SimulationView['state'];
  endedAt: number | null;
  notice: string | null;
}

/** Fewer could not keep up: one feeds the GPU while the other talks. */
const REAL_TIME_CORES = 2;

export function createSimulations(deps: SimulationsDeps): SimulationsDriver {
  const { clock, dispatcher, inputs, changed } = deps;
  const { tell } = dispatcher;
  let current: Current | null = null;
  let preparing = false;

  const isOpen = (it: Current): boolean => it.state === 'running' || it.state === 'paused';
  const open = (): Current | null => (current && isOpen(current) ? current : null);

  const end = (it: Current, state: SimulationView['state'], reason: string): void => {
    if (!isOpen(it)) return;
    it.state = state;
    it.endedAt = clock.now();
    tell({ type: 'jobCancelled', job: it.id, reason });
    tell({ type: 'jobForgotten', job: it.id });
    inputs.drop(it.id);
    deps.outbound.jobOver(it.id, () => true);
    it.run.close();
    changed();
  };

  const afterwards = (it: Current): void => {
    if (it.run.failed !== null) {
      it.notice = it.run.failed;
      end(it, 'failed', it.run.failed);
    }
    changed();
  };

  /** What it waits for, in words. */
  const waitsFor = (it: Current): string | null => {
    if (it.state === 'paused') return 'Paused: nothing new is handed out until you resume it.';
    if (it.state !== 'running') return null;
    const { scheduler } = dispatcher;
    return hindrance(it.id, physicsTask.kind, scheduler) ?? uncheckable(it.spec.verify, scheduler.job(it.id));
  };

  const mustRun = (): Current => {
    const it = open();
    if (!it) throw new UserError('No world is being simulated.');
    return it;
  };

  return {
    async launch(input, spec) {
      checkSimulation(spec);
      if (open() || preparing)
        throw new UserError('A world is being simulated: wait until it is done, or cancel it first.');
      preparing = true;
      try {
        await deps.opened();
        const prepared = await deps.worlds.read(input);
        const { world, title } = prepared;
        const words = worldWords(world, 1 / (FRAMES_A_SECOND * spec.substeps));
        const named = await nameBlob(encodeWorld(words));
        const id = v.parse(JobId, `p${Math.floor(deps.random() * 2 ** 48).toString(36)}`);
        const boxes = world.statics.length > 0 || world.bodies.some(({ shape }) => shape.kind === 'box');
        const job: PhysicsJob = {
          ...{
            id,
            world: named.ref,
            frames: Math.round(spec.seconds * FRAMES_A_SECOND),
            substeps: spec.substeps,
            boxes,
          },
          ...{ regions: spec.regions, margin: toPosition(spec.margin), merge: spec.merge, verify: spec.verify },
          ...(spec.realTime && { cpuCores: REAL_TIME_CORES }),
        };
        const run = createRun({
          ...{ job, clock, tell, gridState: deps.gridState },
          standing: standingOf(decodeWorld(named.bytes), placesOf(words)),
          serve: inputs.serveTask,
          unserve: inputs.dropTask,
        });
        const { scale } = words;
        current = {
          ...{ id, title: title.slice(0, MAX_NAME_LENGTH), prepared, spec, job, run, state: 'running', notice: null },
          ...{ momentum: scale.momentum, joules: (scale.momentum * 2 ** -POSITION_BITS) / scale.step, endedAt: null },
          ...{ startedAt: deps.wallClock(), beganAt: clock.now(), tally: { rows: new Map() } },
        };
        inputs.serveScene({ id }, [named]);
        const deadlineMs = spec.realTime ? 1000 / FRAMES_A_SECOND : null;
        tell({ type: 'jobSet', job: id, settings: { weight: 1, priority: 0, deadlineMs, extraShare: null } });
        run.begin();
        changed();
        return id;
      } finally {
        preparing = false;
      }
    },
    pause() {
      const it = mustRun();
      if (it.state !== 'running') return;
      it.state = 'paused';
      tell({ type: 'jobPaused', job: it.id });
      changed();
    },
    resume() {
      const it = mustRun();
      if (it.state !== 'paused') return;
      it.state = 'running';
      tell({ type: 'jobResumed', job: it.id });
      changed();
    },
    cancel() {
      const it = open();
      if (it) end(it, 'cancelled', 'the owner cancelled the simulation');
    },
    view: () => current && viewOf(current, clock.now(), waitsFor(current)),
    world: () => current?.prepared ?? null,
    frame: (index) => current?.run.frames.get(index) ?? null,
    ownership() {
      if (!current) return null;
      const { state, makers, parts } = current.run;
      const ghosts = new Uint8Array(current.prepared.world.bodies.length);
      for (const { part } of parts.values())
        part.ids.forEach((id, i) => {
          if (!part.owned[i]) ghosts[id] = 1;
        });
      const regions = regionCount(state.layout.cut);
      return {
        owners: state.owners,
        ghosts,
        volunteers: Array.from({ length: regions }, (_, k) => makers.get(k) ?? -1),
      };
    },
    async export(format) {
      if (!current) throw new UserError('No world has been simulated yet.');
      const { frames } = current.run;
      const indices = Array.from({ length: Math.ceil(frames.count / frames.every) }, (_, k) => k * frames.every);
      return await deps.worlds.write(
        current.prepared,
        {
          frameSeconds: frames.every / FRAMES_A_SECOND,
          bodies: current.prepared.world.bodies.length,
          frames: indices.flatMap((index) => frames.get(index) ?? []),
        },
        format,
      );
    },
    async report() {
      if (!current) throw new UserError('No world has been simulated yet.');
      const view = viewOf(current, clock.now(), null);
      return await simulationReport(view, current.run, current.tally);
    },
    isOpen: () => open() !== null,
    has: (task) => open()?.run.has(task) ?? false,
    of(task) {
      const it = open();
      if (!it?.run.has(task)) return undefined;
      const { run, id } = it;
      return {
        id,
        fault: (one, head, body, secret = null) => run.fault(one, head.outputs, { body, secret }),
        compare: run.compare,
        resultOf: run.resultOf,
      };
    },
    taskOf: () => ({ kind: 'physics', title: current?.title ?? '' }),
    whole(task, to) {
      const it = open();
      return it ? it.run.whole(task, to) : async () => ({ task });
    },
    accept(task, arrival) {
      const it = open();
      if (!it) return;
      const { member, head, body } = arrival;
      if (it.run.accept(task, arrival)) {
        const row = it.tally.rows.get(member.id) ?? { member, results: 0, kernelMs: 0, bytes: 0 };
        const { kernelMs } = head.stats;
        it.tally.rows.set(member.id, {
          ...{
            member,
            results: row.results + 1,
            kernelMs: row.kernelMs + kernelMs,
            bytes: row.bytes + body.byteLength,
          },
        });
      }
      afterwards(it);
    },
    fail(task, reasons) {
      const it = open();
      if (!it?.run.parts.has(task)) return;
      it.run.fail(`A part of the world could not be simulated (${reasons.at(-1) ?? 'no reason was given'}).`);
      afterwards(it);
    },
    retract(task) {
      const it = open();
      it?.run.retract(task);
      if (it) afterwards(it);
    },
    confirm(task) {
      const it = open();
      it?.run.confirm(task);
      if (it) afterwards(it);
    },
    settled(job) {
      const it = open();
      if (it?.id === job && it.run.done) end(it, 'done', 'the simulation is over');
    },
  };
}

function viewOf(it: Current, now: number, waits: string | null): SimulationView {
  const { run, job, spec } = it;
  const { figures, layout, round } = run.state;
  const wallMs = (it.endedAt ?? now) - it.beganAt;
  const framesDone = Math.floor(run.state.gone / job.substeps);
  const margin = marginFor(run.standing, job, layout.substeps, round.speed) / 2 ** POSITION_BITS;
  // What a window of a frame needs: longer ones are the planner's own wish.
  const frame = Math.min(layout.substeps, job.substeps);
  const least = marginFor(run.standing, job, frame, round.speed) / 2 ** POSITION_BITS;
  const more = least > spec.margin && regionCount(layout.cut) > 1;
  return {
    ...{ id: it.id, title: it.title, state: it.state, spec, startedAt: it.startedAt, wallMs, framesDone, margin },
    bodies: it.prepared.world.bodies.length,
    frames: job.frames,
    regions: regionCount(layout.cut),
    window: layout.substeps,
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
