import type { Clock } from '@tabgrid/protocol/clock';
import { JobId, type TaskId, type VolunteerId } from '@tabgrid/protocol/ids';
import type { SimulationRecord } from '@tabgrid/protocol/records-simulation';
import type { KernelVersion, TaskSpec } from '@tabgrid/protocol/task';
import { regionCount } from '@tabgrid/splitters/physics/regions';
import type { GridState } from '@tabgrid/splitters/planner';
import { physicsTask } from '@tabgrid/webgpu-kernels/physics/task';
import { isVersionOf } from '@tabgrid/webgpu-kernels/task-kind';
import * as v from 'valibot';
import { UserError } from '../api.js';
import type { WorldReader } from '../deps.js';
import type { Dispatcher } from '../dispatcher.js';
import type { Checks, Compares } from '../held-results.js';
import type { Inputs } from '../inputs.js';
import type { Arrival } from '../job.js';
import type { Journal } from '../journal.js';
import type { Outbound, TaskOf, WholeTask } from '../outbound.js';
import { hindrance, uncheckable } from '../view.js';
import type { Simulations, SimulationView } from './api.js';
import { checkSimulation, FRAMES_A_SECOND } from './check.js';
import { type Current, type Launched, launched, recordOf, standingIn } from './current.js';
import { othersHere, versionFor } from './dialect.js';
import { createKeeper, type Keeper } from './keeper.js';
import type { Kept, KeptWorld } from './kept.js';
import { count, simulationReport } from './report.js';
import { createRun } from './run.js';
import { keptView, viewOf } from './view.js';

/**
 * The worlds that this page has simulated: one at a time, the last one is shown.
 *
 * 1. The scheduler knows a world's job exactly while it runs or is paused. It outlives no page: who goes on with a world begins a
 *    job of new tasks, at the last whole frame that was kept.
 * 2. The last world is kept in the browser, and no other one.
 */
export interface SimulationsDriver extends Simulations {
  /** Looks for what an earlier page kept. Once, before anything is launched; without it nothing is kept either. Never rejects. */
  open(): Promise<void>;
  /** What is to be said of what is kept, in words; null while all is well. */
  readonly problem: string | null;
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
  /** Keeps what there is: the page closes. */
  close(): Promise<void>;
}

export interface SimulationsDeps {
  readonly clock: Clock;
  readonly wallClock: () => number;
  readonly random: () => number;
  readonly dispatcher: Dispatcher;
  readonly inputs: Pick<Inputs, 'serveScene' | 'drop' | 'serveTask' | 'dropTask'>;
  readonly outbound: Pick<Outbound, 'jobOver'>;
  readonly worlds: WorldReader;
  readonly journal: Pick<Journal, 'put' | 'delete' | 'durable'>;
  readonly kept: Kept;
  readonly opened: () => Promise<unknown>;
  gridState(kernel: KernelVersion): GridState;
  /** Kernels of all volunteers that are here. */
  offered(): readonly (readonly KernelVersion[])[];
  changed(): void;
}

const KERNEL: KernelVersion = { kind: physicsTask.kind, version: physicsTask.version };

/** Of task names that each page has for itself. */
const NAMES_A_LIFE = 2 ** 26;
/** An earlier page may have gone beyond what it could keep. */
const MOST_LIVES_UNKEPT = 1000;

export function createSimulations(deps: SimulationsDeps): SimulationsDriver {
  const { clock, dispatcher, inputs, journal, kept, changed } = deps;
  const { tell } = dispatcher;
  let current: Current | null = null;
  let keeper: Keeper | null = null;
  let keeps = false;
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
    void keeper?.now();
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
    const others = othersHere(KERNEL, it.job.version, deps.offered());
    const waits = hindrance(it.id, KERNEL.kind, scheduler) ?? uncheckable(it.spec.verify, scheduler.job(it.id));
    return others && waits ? `${waits} ${others}` : (waits ?? others);
  };

  const mustRun = (): Current => {
    const it = open();
    if (!it) throw new UserError('No world is being simulated.');
    return it;
  };

  /** One world at a time is made ready. */
  const prepare = async (work: () => Promise<void>): Promise<void> => {
    if (open() || preparing)
      throw new UserError('A world is being simulated: wait until it is done, or cancel it first.');
    preparing = true;
    try {
      await deps.opened();
      await work();
    } finally {
      preparing = false;
    }
  };

  const keep = (it: Current, before: SimulationRecord | null): void => {
    const { id, run, input } = it;
    keeper = createKeeper({
      ...{ journal, clock, id, run, before, others: kept.keys },
      file: input.kind === 'file' ? input.file : null,
      record: (at) => recordOf(it, at, clock.now()),
      isChecking: (task) => dispatcher.scheduler.isChecking(task),
    });
  };

  const runOf = (it: Launched, on: { readonly record: SimulationRecord; readonly world: KeptWorld } | null) =>
    createRun({
      ...{ job: it.job, clock, tell, gridState: () => deps.gridState({ ...KERNEL, version: it.job.version }) },
      standing: standingIn(it, on?.world.places ?? null),
      ...(on && { before: beforeOf(on.record, on.world, it) }),
      serve: inputs.serveTask,
      unserve: inputs.dropTask,
    });

  const run = (it: Current): void => {
    const { id, spec } = it;
    inputs.serveScene({ id }, [it.named]);
    const deadlineMs = spec.realTime ? 1000 / FRAMES_A_SECOND : null;
    tell({ type: 'jobSet', job: id, settings: { weight: 1, priority: 0, deadlineMs, extraShare: null } });
    it.run.begin();
  };

  return {
    async launch(input, spec) {
      checkSimulation(spec);
      const id = v.parse(JobId, `p${Math.floor(deps.random() * 2 ** 48).toString(36)}`);
      await prepare(async () => {
        const prepared = await deps.worlds.read(input);
        const it = await launched(id, input, prepared, spec, versionFor(KERNEL, deps.offered()));
        current = {
          ...{ ...it, run: runOf(it, null), cut: null, state: 'running', endedAt: null, notice: null, life: 0 },
          ...{ startedAt: deps.wallClock(), beganAt: clock.now(), tally: { rows: new Map() } },
        };
        kept.clear();
        if (keeps) keep(current, null);
        run(current);
      });
      changed();
      return id;
    },
    kept: () => kept.record && keptView(kept.record),
    async takeUp() {
      const { record } = kept;
      if (!record) throw new UserError('No simulation is kept any more.');
      const over = record.state !== 'running' && record.state !== 'paused';
      await prepare(async () => {
        const world = await kept.read(record);
        const { kernelVersion: version } = record;
        const prepared = await deps.worlds.read(world.input);
        const made = await launched(record.id, world.input, prepared, record.spec, version);
        if (made.job.world.id !== record.world.id || (!over && !isVersionOf(version, KERNEL.version))) {
          throw new UserError(
            'This simulation was begun by another version of this page, and this one cannot go on with it. Discard it.',
          );
        }
        const life = record.life + 1 + Math.floor(deps.random() * MOST_LIVES_UNKEPT);
        const since = clock.now();
        const it: Current = {
          ...{ ...made, run: runOf(made, { record: { ...record, life }, world }), life },
          ...{ startedAt: record.startedAt, beganAt: since - record.wallMs, notice: record.notice },
          ...{ state: over ? record.state : 'running', endedAt: over ? since : null, cut: over ? record.cut : null },
          tally: { rows: new Map(record.tally.map((row) => [row.session, row])) },
        };
        if (!over) {
          keep(it, record);
          // Nobody hears of its tasks before their names are taken.
          await keeper?.now();
          await journal.durable();
        }
        current = it;
        kept.clear();
        if (over) return;
        run(it);
        if (it.run.done) end(it, 'done', 'the simulation is over');
      });
      changed();
    },
    async discard() {
      await deps.opened();
      if (!kept.record) return;
      for (const key of await kept.keys()) journal.delete('simulations', key);
      kept.clear();
      changed();
      await journal.durable();
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
      // Who moved the bodies of an earlier page's world is not kept.
      if (!current || current.cut) return null;
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
    async export(format, only) {
      if (!current) throw new UserError('No world has been simulated yet.');
      const { frames } = current.run;
      if (only !== undefined && !frames.get(only)) throw new UserError(`Frame ${only} is not there.`);
      const all = Array.from({ length: Math.ceil(frames.count / frames.every) }, (_, k) => k * frames.every);
      return await deps.worlds.write(
        current.prepared,
        {
          frameSeconds: frames.every / FRAMES_A_SECOND,
          bodies: current.prepared.world.bodies.length,
          frames: (only === undefined ? all : [only]).flatMap((index) => frames.get(index) ?? []),
        },
        format,
      );
    },
    async report() {
      if (!current) throw new UserError('No world has been simulated yet.');
      const view = viewOf(current, clock.now(), null);
      return await simulationReport(view, current.run, current.tally);
    },
    async open() {
      keeps = true;
      await kept.open();
    },
    get problem() {
      return kept.problem;
    },
    async close() {
      if (open()) await keeper?.now();
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
      if (it.run.accept(task, arrival)) count(it.tally, arrival);
      keeper?.moved();
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
      if (!it) return;
      it.run.retract(task);
      keeper?.takenBack();
      afterwards(it);
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

function beforeOf(record: SimulationRecord, { energies, frames }: KeptWorld, { job }: Launched) {
  const { framesDone, finer, figures, drift, life } = record;
  return {
    at: { gone: framesDone * job.substeps, finer, figures, made: NAMES_A_LIFE * life },
    ...{ energies, drift, frames },
  };
}
