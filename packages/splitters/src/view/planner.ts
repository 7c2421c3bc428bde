import { JobId, type Millis, type TaskId } from '@tabgrid/protocol/ids';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import { DEADLINE_MS, finerStep, passLength, roughStep, sizeOf, type TimeOf } from './levels.js';
import { cutRound, type Round, shareRound, type ViewGrid } from './round.js';

/**
 * The scene from a camera that a hand moves: a picture that never ends, as a pure step machine. For each camera there is a
 * *frame*: first a rough picture, small enough to be here within DEADLINE_MS; when the camera rests, finer ones up to the film's
 * own size; then more samples, as long as it rests. What is asked for at one time is a *round*, a job of its own for the
 * scheduler.
 *
 * 1. At most one round is under way; every round that began is ended by a later step, once.
 * 2. A new camera ends a finer round at once. A rough one that is in time is let finish – else nothing would ever be shown
 *    while the hand moves – and the newest camera is the next one; those between are never rendered.
 * 3. Rounds of one frame come one after the other, and together give each pixel samples 0, 1, 2, …
 */
export interface ViewJob {
  readonly id: JobId;
  /** The kernel's parameters; `film` is the finest size, and the camera is whatever a frame's is. */
  readonly base: Omit<PathtraceParams, 'tile' | 'samples'>;
  /** Samples a pixel, after which it is left alone. */
  readonly spp: number;
}

export type Camera = PathtraceParams['camera'];

/** Plain data. */
export interface ViewState {
  readonly job: ViewJob;
  /** Rounds begun: part of their names. */
  readonly rounds: number;
  /** The frame's; null before the first. */
  readonly camera: Camera | null;
  /** A newer one, which waits for the rough round under way. */
  readonly next: Camera | null;
  readonly movedAt: Millis;
  /** The camera before that was no older than REST_MS: a hand drags, and more will follow. */
  readonly dragged: boolean;
  readonly stage: Stage;
  /**
   * How much longer work and results take than expected, in rough and in finer rounds: expectations know nothing of a machine
   * that two volunteers share, and little of what surrounds a task.
   */
  readonly slip: { readonly rough: number; readonly fine: number };
}

export type Stage =
  /** Before the first camera, or after a part that could not be rendered. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'under way'; readonly round: Round; readonly open: readonly TaskId[] }
  /** A rough picture of this step is whole; finer ones when the camera rests. */
  | { readonly kind: 'resting'; readonly step: number }
  | { readonly kind: 'done' };

export type ViewEvent =
  | { readonly type: 'moved'; readonly camera: Camera }
  | { readonly type: 'accepted'; readonly task: TaskId }
  | { readonly type: 'failed'; readonly task: TaskId }
  /** The time that a step asked for has come. */
  | { readonly type: 'woken' };

export interface ViewStep {
  /** This round is over, or not wanted any more: what is left of its tasks is cancelled. Before `begin`. */
  readonly end: JobId | null;
  readonly begin: Begun | null;
  /** When to send `woken`; null for never. In the place of what was asked for before. */
  readonly wakeAt: Millis | null;
}

export interface Begun extends Round {
  readonly camera: Camera;
  readonly tasks: readonly TaskSpec[];
  /** Soft deadline of its tasks; null: somebody's refinement is no more urgent than another's picture. */
  readonly deadlineMs: Millis | null;
}

/** Without a new camera for so long it rests; one that nothing came shortly before is a step, and rests at once. */
export const REST_MS: Millis = 150;

const NOTHING: ViewStep = { end: null, begin: null, wakeAt: null };

export function beginView(job: ViewJob): ViewState {
  const slip = { rough: 1, fine: 1 };
  return { job, rounds: 0, camera: null, next: null, movedAt: 0, dragged: false, stage: { kind: 'idle' }, slip };
}

export function resumeView(state: ViewState, event: ViewEvent, grid: ViewGrid): [ViewState, ViewStep] {
  const { stage } = state;
  switch (event.type) {
    case 'moved': {
      const dragged = state.camera !== null && grid.now - state.movedAt <= REST_MS;
      return moved({ ...state, movedAt: grid.now, dragged }, event.camera, grid);
    }
    case 'accepted': {
      if (stage.kind !== 'under way' || !stage.open.includes(event.task)) return [state, NOTHING];
      const open = stage.open.filter((task) => task !== event.task);
      if (open.length > 0) return [{ ...state, stage: { ...stage, open } }, asleep(state)];
      return whole(learn(state, stage.round, grid.now), stage.round, grid);
    }
    case 'failed':
      if (stage.kind !== 'under way' || !stage.open.includes(event.task)) return [state, NOTHING];
      return [
        { ...state, next: null, stage: { kind: 'idle' } },
        { ...NOTHING, end: stage.round.job },
      ];
    case 'woken':
      if (stage.kind === 'resting') return rested(state, stage.step, grid);
      return state.next ? moved(state, state.next, grid) : [state, NOTHING];
  }
}

function moved(state: ViewState, camera: Camera, grid: ViewGrid): [ViewState, ViewStep] {
  const { stage } = state;
  if (stage.kind !== 'under way') return rough(state, camera, null, grid);
  if (stage.round.kind === 'rough' && grid.now < lateAt(stage.round)) {
    const waiting = { ...state, next: camera };
    return [waiting, asleep(waiting)];
  }
  return rough(state, camera, stage.round.job, grid, true);
}

/** When a rough round is not waited for any more: whoever has a part of it may be gone. */
function lateAt({ begunAt, expectedMs }: Round): Millis {
  return begunAt + 2 * Math.max(DEADLINE_MS, expectedMs ?? 0);
}

/** While a camera waits for the round under way, that is looked at again when it is late. */
function asleep({ stage, next }: ViewState): ViewStep {
  return next && stage.kind === 'under way' ? { ...NOTHING, wakeAt: lateAt(stage.round) } : NOTHING;
}

function rough(
  state: ViewState,
  camera: Camera,
  end: JobId | null,
  grid: ViewGrid,
  interrupts = false,
): [ViewState, ViewStep] {
  const step = roughStep(state.job.base.film, timeOf(state, 'rough', grid));
  const framed = { ...state, camera, next: null };
  const plan = { kind: 'rough', step, samples: { first: 0, count: 1, block: 1 } } as const;
  return begin(framed, camera, end, plan, grid, interrupts);
}

/** Every part of a round is here. */
function whole(state: ViewState, round: Round, grid: ViewGrid): [ViewState, ViewStep] {
  const { job, next } = state;
  if (next) return rough(state, next, round.job, grid);
  const end = { ...NOTHING, end: round.job };
  if (round.kind === 'rough') {
    const wakeAt = state.movedAt + (state.dragged ? REST_MS : 0);
    const resting: ViewState = { ...state, stage: { kind: 'resting', step: round.step } };
    if (grid.now < wakeAt) return [resting, { ...end, wakeAt }];
    const [after, step] = rested(resting, round.step, grid);
    return [after, { ...step, end: round.job }];
  }
  if (round.step > 1) return finer(state, round.step, round.job, grid);
  const present = round.samples.first + round.samples.count;
  return present < job.spp ? more(state, present, round.job, grid) : [{ ...state, stage: { kind: 'done' } }, end];
}

function rested(state: ViewState, step: number, grid: ViewGrid): [ViewState, ViewStep] {
  if (step > 1) return finer(state, step, null, grid);
  return state.job.spp > 1 ? more(state, 1, null, grid) : [{ ...state, stage: { kind: 'done' } }, NOTHING];
}

function finer(state: ViewState, step: number, end: JobId | null, grid: ViewGrid): [ViewState, ViewStep] {
  const next = finerStep(state.job.base.film, step, timeOf(state, 'fine', grid));
  const plan = { kind: 'finer', step: next, samples: { first: 0, count: 1, block: 1 } } as const;
  return state.camera ? begin(state, state.camera, end, plan, grid) : [state, NOTHING];
}

function more(state: ViewState, present: number, end: JobId | null, grid: ViewGrid): [ViewState, ViewStep] {
  const { film } = state.job.base;
  const count = passLength(film, present, state.job.spp, timeOf(state, 'fine', grid));
  const plan = { kind: 'more', step: 1, samples: { first: present, count, block: count } } as const;
  return state.camera ? begin(state, state.camera, end, plan, grid) : [state, NOTHING];
}

function begin(
  state: ViewState,
  camera: Camera,
  end: JobId | null,
  plan: Pick<Round, 'kind' | 'step' | 'samples'>,
  grid: ViewGrid,
  interrupts = false,
): [ViewState, ViewStep] {
  const { job } = state;
  const size = sizeOf(job.base.film, plan.step);
  const id = v.parse(JobId, `${job.id}.${state.rounds}`);
  const whole = { ...job.base, camera, film: size, samples: plan.samples };
  const slip = plan.kind === 'rough' ? state.slip.rough : state.slip.fine;
  const { tasks, ms, workMs } = cutRound({ job: id, whole, kind: plan.kind, slip }, grid);
  const known = Number.isFinite(ms);
  const round: Round = {
    ...plan,
    ...{ job: id, size, begunAt: grid.now, interrupts },
    ...{ expectedMs: known ? ms : null, workMs: known ? workMs : null },
  };
  const stage: Stage = { kind: 'under way', round, open: tasks.map((task) => task.id) };
  const deadlineMs = plan.kind === 'more' ? null : DEADLINE_MS;
  const next = { ...state, rounds: state.rounds + 1, stage };
  return [next, { end, begin: { ...round, camera, tasks, deadlineMs }, wakeAt: null }];
}

function timeOf({ job, slip }: ViewState, kind: 'rough' | 'fine', { helpers }: ViewGrid): TimeOf {
  return (pixels, samples) => shareRound(job.base, { pixels, samples }, helpers, slip[kind]).ms;
}

/** The newest round counts for half (of the logarithm), one round for a factor of two at most, and all for no more than this. */
const SLIP_WEIGHT = 0.5;
const MOST_AT_ONCE = 4;
const LEAST_SLIP = 0.25;
const MOST_SLIP = 16;

function learn(state: ViewState, { kind, begunAt, expectedMs, workMs, interrupts }: Round, now: Millis): ViewState {
  if (expectedMs === null || workMs === null || interrupts) return state;
  const key = kind === 'rough' ? 'rough' : 'fine';
  // What the ways took is as it is: the rest is the work's.
  const ratio = (now - begunAt - (expectedMs - workMs)) / Math.max(workMs, 1e-3);
  const bounded = Math.min(MOST_AT_ONCE, Math.max(1 / MOST_AT_ONCE, ratio));
  const slip = Math.min(MOST_SLIP, Math.max(LEAST_SLIP, state.slip[key] * bounded ** SLIP_WEIGHT));
  return { ...state, slip: { ...state.slip, [key]: slip } };
}
