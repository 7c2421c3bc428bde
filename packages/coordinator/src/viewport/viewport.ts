import type { PreparedScene } from '@tabgrid/assets/prepare';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import { type AttemptId, JobId, type TaskId, type VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_NAME_LENGTH } from '@tabgrid/protocol/limits';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import { viewSize } from '@tabgrid/splitters/view/levels';
import {
  type Begun,
  beginView,
  resumeView,
  type ViewEvent,
  type ViewJob,
  type ViewState,
} from '@tabgrid/splitters/view/planner';
import { PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { UserError } from '../api.js';
import { cameraParams } from '../camera.js';
import type { Dispatcher } from '../dispatcher.js';
import type { Inputs } from '../inputs.js';
import type { Arrival } from '../job.js';
import { checkSpec, renderJob } from '../launch.js';
import type { ResultHead } from '../member.js';
import type { TaskOf } from '../outbound.js';
import { faultOf } from '../outputs.js';
import type { Viewport, ViewportView } from './api.js';
import { boundsOf } from './bounds.js';
import { viewportView } from './figures.js';
import { helpersFor } from './helpers.js';
import { createLayers, type Layers } from './layers.js';
import { createTraces, type Traces } from './traces.js';

/**
 * The scene from a camera that a person moves: the view planner's driver. It decides nothing about who does what.
 *
 * 1. The scheduler knows a round exactly from its beginning to its end; then it forgets it. What comes of it later is told to
 *    be forgotten too.
 * 2. Nothing of it outlives the page: no result is stored, and a page that takes the journal up ends what it finds of it.
 * 3. Its results are checked for their structure and no further: the next camera takes them away.
 */
export interface ViewportDriver extends Viewport {
  isOpen(): boolean;
  /** Whether a task is of the round under way. */
  has(task: TaskId): boolean;
  /** What volunteers are told of its tasks. */
  taskOf(): TaskOf;
  /** One of its tasks is on its way. */
  sent(task: TaskId, attempt: AttemptId): void;
  fault(task: TaskId, head: ResultHead, body: Bytes): string | null;
  accept(task: TaskId, arrival: Arrival): void;
  fail(task: TaskId, reasons: readonly string[]): void;
  /** An event was handled; its effects are not done yet. */
  handled(event: SchedulerEvent): void;
  /** Another scene may be loaded: it closes then. */
  sceneChanged(): void;
  /** How it stands; null while it is closed. */
  view(): ViewportView | null;
}

export interface ViewportDeps {
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly inputs: Pick<Inputs, 'serveScene' | 'drop'>;
  readonly random: () => number;
  readonly scene: () => PreparedScene | null;
  /** The store has been asked for what an earlier page left behind. */
  readonly opened: () => Promise<unknown>;
  /** It opened, closed, or stands differently. */
  changed(): void;
}

/** Samples a pixel after which a view is left alone. */
const SPP = 64;

/** What there is while it is open. */
export interface OpenViewport {
  readonly scene: PreparedScene;
  readonly job: ViewJob;
  readonly layers: Layers;
  readonly traces: Traces;
  state: ViewState;
  /** Cameras whose rendering began. */
  frames: number;
  /** Of the round under way. */
  tasks: ReadonlyMap<TaskId, PathtraceParams>;
  readonly attempts: Map<AttemptId, TaskId>;
  readonly makers: Set<VolunteerId>;
  /** Who took part in the last whole picture. */
  helpers: number;
  /** Why a part could not be rendered. */
  notice: string | null;
}

export function createViewport(deps: ViewportDeps): ViewportDriver {
  const { clock, dispatcher, inputs, changed } = deps;
  const { tell } = dispatcher;
  const listeners = new Set<() => void>();
  let open: OpenViewport | null = null;
  let cancelTimer = () => {};

  const shown = (): void => {
    for (const listener of [...listeners]) listener();
  };

  const run = (it: OpenViewport, event: ViewEvent): void => {
    const { scheduler } = dispatcher;
    const grid = { now: clock.now(), helpers: helpersFor(scheduler, it.state), rowCosts: it.layers.rowCosts() };
    const [state, { end, begin, wakeAt }] = resumeView(it.state, event, grid);
    it.state = state;
    cancelTimer();
    cancelTimer =
      wakeAt === null
        ? () => {}
        : clock.after(Math.max(0, wakeAt - clock.now()), () => {
            if (open === it) run(it, { type: 'woken' });
          });
    if (end !== null) endRound(it, end);
    if (begin) beginRound(it, begin);
    changed();
  };

  const endRound = (it: OpenViewport, job: JobId): void => {
    it.tasks = new Map();
    it.attempts.clear();
    it.layers.drop();
    tell({ type: 'jobCancelled', job, reason: 'the camera has moved on' });
    tell({ type: 'jobForgotten', job });
  };

  const beginRound = (it: OpenViewport, round: Begun): void => {
    const { job, kind, tasks, deadlineMs } = round;
    if (kind === 'rough') it.traces.framed(++it.frames, round, it.state.movedAt);
    it.notice = null;
    it.makers.clear();
    it.tasks = new Map(tasks.map((task) => [task.id, v.parse(PathtraceParams, task.params)]));
    it.layers.begin(round, it.frames);
    it.traces.begun(round);
    tell({ type: 'jobSet', job, settings: { weight: 1, priority: 0, deadlineMs, extraShare: 0 } });
    tell({ type: 'tasksAdded', tasks: tasks.map((spec) => ({ spec })) });
  };

  const close = (): void => {
    if (!open) return;
    const { state, job } = open;
    cancelTimer();
    if (state.stage.kind === 'under way') endRound(open, state.stage.round.job);
    inputs.drop(job.id);
    open = null;
    changed();
    shown();
  };

  return {
    async open(spec) {
      checkSpec(spec);
      await deps.opened();
      const scene = deps.scene();
      if (!scene) throw new UserError('There is no scene yet: pick a built-in one or drop a .glb file.');
      close();
      const id = v.parse(JobId, `view${Math.floor(deps.random() * 2 ** 48).toString(36)}`);
      const { base } = renderJob(id, scene, spec);
      const job: ViewJob = { id, base: { ...base, film: viewSize(base.film) }, spp: SPP };
      inputs.serveScene(job, scene.blobs);
      open = {
        ...{ scene, job, layers: createLayers(), traces: createTraces(), state: beginView(job), frames: 0 },
        ...{ tasks: new Map(), attempts: new Map(), makers: new Set(), helpers: 0, notice: null },
      };
      changed();
      return { camera: base.camera, bounds: boundsOf(scene.framing) };
    },
    move(viewpoint) {
      if (open) run(open, { type: 'moved', camera: cameraParams(viewpoint, {}, viewpoint.position) });
    },
    close,
    picture: () => open?.layers.picture() ?? null,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    traces: () => open?.traces.list() ?? [],
    isOpen: () => open !== null,
    has: (task) => open?.tasks.has(task) ?? false,
    taskOf() {
      const { stage } = open?.state ?? { stage: { kind: 'idle' } };
      // A picture that is whole gets finer when there is time for it.
      const patient = stage.kind === 'under way' && stage.round.kind === 'more';
      return { kind: patient ? 'refinement' : 'view', title: (open?.scene.name ?? '').slice(0, MAX_NAME_LENGTH) };
    },
    sent: (task, attempt) => void open?.attempts.set(attempt, task),
    fault(task, head, body) {
      const params = open?.tasks.get(task);
      return params
        ? faultOf(pathtraceTask, params, head.outputs, body)
        : 'a part of a picture that is not wanted any more';
    },
    accept(task, { member, head, body }) {
      const it = open;
      const params = it?.tasks.get(task);
      if (!it || !params) return;
      const { kernelMs, wallMs } = head.stats;
      it.layers.add(params, body);
      it.makers.add(member.id);
      it.traces.returned(task, { volunteer: member.id, kernelMs, wallMs, bytes: body.byteLength }, clock.now());
      const { stage } = it.state;
      if (stage.kind === 'under way' && stage.open.length === 1) {
        it.layers.whole();
        it.traces.whole(stage.round.step === 1, clock.now());
        it.helpers = it.makers.size;
      }
      run(it, { type: 'accepted', task });
      shown();
    },
    fail(task, reasons) {
      if (!open) return;
      open.notice = `A part of the view could not be rendered (${reasons.at(-1) ?? 'no reason was given'}). Move the camera to try again.`;
      run(open, { type: 'failed', task });
    },
    handled(event) {
      if (event.type !== 'started') return;
      const task = open?.attempts.get(event.attempt);
      if (task) open?.traces.started(task, clock.now());
    },
    sceneChanged() {
      if (open && deps.scene() !== open.scene) close();
    },
    view: () => open && viewportView(open, dispatcher.scheduler),
  };
}
