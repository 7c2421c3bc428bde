import type { BlobRef } from '@tabgrid/protocol/blob';
import { type JobId, type Millis, TaskId } from '@tabgrid/protocol/ids';
import { MAX_OUTPUT_BYTES } from '@tabgrid/protocol/limits';
import type { Requirements, TaskSpec, Verification } from '@tabgrid/protocol/task';
import { askedIndices, CONTACT_WORDS, type Part } from '@tabgrid/webgpu-kernels/physics/state';
import { PhysicsParams, physicsTask, resultBytes } from '@tabgrid/webgpu-kernels/physics/task';
import * as v from 'valibot';
import type { GridState } from '../planner.js';
import { isTooHot, judge, pairKey, type WindowVerdict } from './judge.js';
import { type Layout, type LayoutJob, layoutOf, marginFor } from './layout.js';
import type { Momentum } from './ledger.js';
import { type Paces, paced, paceOf } from './pace.js';
import { partsOf, type RegionPart } from './parts.js';
import { fastestOf, hopOf, leastMarginOf, marginOf, speedAhead } from './reach.js';
import { ownersOf } from './regions.js';
import type { Standing } from './standing.js';

/**
 * A world's windows, one after the other: each region's part goes out as a task, and when all are back they are looked at together.
 * Either the world moves on, or the window is done again: with finer substeps, a wider margin, or by several volunteers each.
 *
 * 1. What becomes of the world does not depend on how it is cut: neither on regions nor on windows. Substeps are halved frame by
 *    frame, by what happens to bodies in that frame alone.
 * 2. Where the owner's word counts, a window is taken only if what each neighbour could have influenced was the same on both sides after every substep, nothing
 *    was faster than the margin allows, and momentum is what it was, to the last bit.
 */
export interface PhysicsJob extends LayoutJob {
  readonly id: JobId;
  /** Of the name of the world's bytes. */
  readonly world: BlobRef;
  /** Of the kernel: its own or a dialect, for results of the two are not put together. */
  readonly version: string;
  readonly frames: number;
  readonly verify: Verification;
  /** Logical cores that a volunteer has to have; absent: any number will do. */
  readonly cpuCores?: number;
}

export interface PhysicsState {
  readonly job: PhysicsJob;
  /** Usual substeps that the world has gone. */
  readonly gone: number;
  readonly layout: Layout;
  readonly owners: Uint8Array;
  /** Usual substeps that the world had gone when it was cut like this. */
  readonly laidAt: number;
  readonly round: Round;
  /** Tasks made so far: part of their names. */
  readonly made: number;
  /** Margins that were too small: how often each was widened, by its two regions. */
  readonly widened: Readonly<Record<string, number>>;
  readonly finer: Finer | null;
  readonly paces: Paces | null;
  readonly figures: Figures;
}

/** A frame that needs finer substeps; those before it do not. */
export interface Finer {
  readonly frame: number;
  readonly halvings: number;
}

/** What happened so far. */
export interface Figures {
  /** Pairs of regions that disagreed. */
  readonly conflicts: number;
  /** Tasks that were done again, for whatever reason. */
  readonly resimulated: number;
  readonly rounds: number;
  /** Bodies in all parts, and those that were another's. */
  readonly bodies: number;
  readonly ghosts: number;
  readonly kernelMs: Millis;
  /** Rounds from their first task to their last result, and the longest kernel of each. */
  readonly roundMs: Millis;
  readonly longestMs: Millis;
}

export interface Round {
  /** Usual substeps of the window; its tasks have 2^halvings as many. */
  readonly substeps: number;
  readonly halvings: number;
  /** Largest usual step that was assumed. */
  readonly speed: number;
  /** How often results that others had confirmed contradicted each other with a margin that is wide enough. */
  readonly doubt: number;
  readonly begunAt: Millis;
  /** Pairs of regions between which the margin may be too small and is to be widened then. */
  readonly narrow: readonly (readonly [number, number])[];
  readonly regions: readonly RegionTask[];
}

export interface RegionTask {
  readonly region: number;
  readonly task: TaskId;
  readonly params: PhysicsParams;
  readonly neighbours: readonly number[];
  readonly ghosts: number;
  readonly heard: Heard | null;
  /** Whether its volunteer's word is all there is, others were asked what they come to, or they have answered. */
  readonly word: 'alone' | 'questioned' | 'confirmed';
}

/** What the driver tells of a result. */
export interface Heard {
  readonly fastest: number;
  readonly coarse: readonly number[];
  readonly hashes: Int32Array;
  /** What the hashes with each neighbour are after the last substep, of its own bodies as they came back: two words each. */
  readonly finals: Int32Array;
  readonly around: Momentum;
  /** Of its own bodies, before and after. */
  readonly gained: Momentum;
  /** Mass of others' bodies whose states it tells, in the units of `massOf`. */
  readonly sharedMass: number;
  /** Energy of its own bodies' movement before, and what energy they gained. */
  readonly kinetic: number;
  readonly energyGained: number;
  readonly kernelMs: Millis;
}

export type PhysicsEvent =
  | { readonly type: 'accepted'; readonly task: TaskId; readonly heard: Heard; readonly now: Millis }
  | { readonly type: 'retracted'; readonly task: TaskId }
  /** Somebody else came to the same, or nobody else could be asked. */
  | { readonly type: 'confirmed'; readonly task: TaskId; readonly now: Millis }
  /** The driver has put the window's results together. */
  | { readonly type: 'merged'; readonly now: Millis };

export interface PhysicsStep {
  readonly add: readonly { readonly spec: TaskSpec; readonly part: Part; readonly region: number }[];
  /** Tasks of whose results others are to confirm that they are right: each is answered by `confirmed`, or by `retracted`. */
  readonly question: readonly TaskId[];
  /** Tasks whose results are not wanted any more. */
  readonly drop: readonly TaskId[];
  /** The window stands: its results become the world, and `merged` follows. */
  readonly keep: boolean;
  /** The world goes back to where its last whole frame ended. */
  readonly back: boolean;
  readonly done: boolean;
  /** Why it cannot go on. */
  readonly failed: string | null;
}

export const NOTHING: PhysicsStep = {
  ...{ add: [], question: [], drop: [], keep: false, back: false, done: false, failed: null },
};
/** Frames after which it is looked at again how the world is best cut; sooner where a region has so much more than its share to do. */
const LOOK_AGAIN = 8;
const UNEVEN = 1.3;
const MOST_DOUBT = 3;
/** Contacts that a body may get within a window, more than it had. */
const [BALL_SLOTS, BOX_SLOTS] = [16, 48];

/** Where a world begins, or goes on: a whole frame. */
export interface Beginning extends Pick<PhysicsState, 'gone' | 'finer' | 'figures'> {
  /** Of tasks that were made before, whose names are taken. */
  readonly made: number;
}

export const FROM_THE_START: Beginning = {
  ...{ gone: 0, finer: null, made: 0 },
  figures: {
    ...{ conflicts: 0, resimulated: 0, rounds: 0, bodies: 0, ghosts: 0, kernelMs: 0, roundMs: 0, longestMs: 0 },
  },
};

export function beginPhysics(
  job: PhysicsJob,
  standing: Standing,
  grid: GridState,
  now: Millis,
  { gone, finer, figures, made }: Beginning = FROM_THE_START,
): [PhysicsState, PhysicsStep] {
  const layout = layoutOf(standing, job, grid, null);
  const begun: PhysicsState = {
    ...{ job, gone, laidAt: gone, layout, made, widened: {}, finer: aheadOf(job, finer, gone), paces: null, figures },
    owners: ownersOf(standing, layout.cut, null),
    round: { substeps: 0, halvings: 0, speed: 0, doubt: 0, begunAt: now, narrow: [], regions: [] },
  };
  return isOver(job, gone) ? [begun, { ...NOTHING, done: true }] : beginRound(begun, standing, { now });
}

const isOver = ({ frames, substeps }: PhysicsJob, gone: number): boolean => gone >= frames * substeps;

/** What is behind the world is of no interest any more. */
const aheadOf = ({ substeps }: PhysicsJob, finer: Finer | null, gone: number): Finer | null =>
  finer && gone < (finer.frame + 1) * substeps ? finer : null;

export function resumePhysics(
  state: PhysicsState,
  event: PhysicsEvent,
  standing: Standing,
  grid: GridState,
): [PhysicsState, PhysicsStep] {
  switch (event.type) {
    case 'retracted':
      return [withHeard(state, event.task, null), NOTHING];
    case 'accepted':
      return lookIfDue(withHeard(state, event.task, event.heard), standing, event.now);
    case 'confirmed': {
      const before = state.round.regions.find(({ task }) => task === event.task);
      const next = withRegion(state, event.task, { word: 'confirmed' });
      // What nobody asked for changes nothing about a window that others are still waited for.
      return before?.word === 'questioned' ? lookIfDue(next, standing, event.now) : [next, NOTHING];
    }
    case 'merged':
      return onwards(state, standing, grid, event.now);
  }
}

function withRegion(state: PhysicsState, task: TaskId, change: Partial<RegionTask>): PhysicsState {
  const regions = state.round.regions.map((region) => (region.task === task ? { ...region, ...change } : region));
  return { ...state, round: { ...state.round, regions } };
}

const withHeard = (state: PhysicsState, task: TaskId, heard: Heard | null): PhysicsState =>
  withRegion(state, task, { heard, word: 'alone' });

function lookIfDue(state: PhysicsState, standing: Standing, now: Millis): [PhysicsState, PhysicsStep] {
  const due = state.round.regions.every(({ heard, word }) => heard && word !== 'questioned');
  return due ? look(state, standing, now) : [state, NOTHING];
}

/** All results are there. */
function look(state: PhysicsState, standing: Standing, now: Millis): [PhysicsState, PhysicsStep] {
  const { round, job, widened } = state;
  const verdict = judge(standing.world, round, job.merge === 'average');
  const alone = restsOn(verdict, standing, state).filter(({ word }) => word === 'alone');
  if (alone.length > 0) return questioned(state, verdict, alone);
  const seen = figured(state, now);
  switch (verdict.kind) {
    case 'right': {
      const conflicts = seen.figures.conflicts + verdict.apart;
      return [
        { ...seen, figures: { ...seen.figures, conflicts } },
        { ...NOTHING, keep: true },
      ];
    }
    case 'coarse': {
      const frame = Math.floor(state.gone / job.substeps) + verdict.frame;
      const halvings = verdict.frame === 0 ? round.halvings + 1 : 1;
      const finer = { frame, halvings };
      // A frame that was begun before this window is done again from its beginning.
      const within = state.gone % job.substeps;
      const whole = { ...seen, finer, gone: state.gone - within };
      if (within === 0) return again(whole, standing, { now, doubt: 0 });
      return [
        { ...whole, figures: withRedone(seen), round: { ...round, regions: [] } },
        { ...dropped(round), back: true },
      ];
    }
    case 'fast':
      return again(seen, standing, { now, speed: verdict.speed });
    case 'apart': {
      const conflicts = seen.figures.conflicts + verdict.pairs.length;
      const more = { ...widened };
      for (const [one, other] of verdict.pairs) more[pairKey(one, other)] = (more[pairKey(one, other)] ?? 0) + 1;
      return again({ ...seen, widened: more, figures: { ...seen.figures, conflicts } }, standing, { now });
    }
    case 'doubtful': {
      const doubt = round.doubt + 1;
      const conflicts = seen.figures.conflicts + 1;
      const next = { ...seen, figures: { ...seen.figures, conflicts } };
      if (doubt > MOST_DOUBT) {
        return [
          next,
          {
            ...dropped(round),
            failed: `Volunteers' results contradict each other again and again: ${verdict.reason}. ${REMEDY}`,
          },
        ];
      }
      return again(next, standing, { now, doubt });
    }
  }
}

const REMEDY =
  'Either some of them lie alike, or a browser computes wrongly: close the tabs that were excluded, and start again with volunteers whom you know.';

/**
 * Regions on whose word alone nothing is done again: others are asked first what they come to. So a lie costs its volunteer more than
 * it costs the world.
 */
function restsOn(verdict: WindowVerdict, standing: Standing, { round, job }: PhysicsState): readonly RegionTask[] {
  switch (verdict.kind) {
    case 'fast':
    case 'coarse':
      return job.verify === 'none' ? [] : verdict.by;
    case 'doubtful':
      return round.regions;
    case 'right':
      return isTooHot(standing.world, round, verdict.drift) ? round.regions : [];
    case 'apart':
      // It ends by itself, when the margin is wide enough.
      return [];
  }
}

function questioned(
  state: PhysicsState,
  verdict: WindowVerdict,
  regions: readonly RegionTask[],
): [PhysicsState, PhysicsStep] {
  const question = regions.map(({ task }) => task);
  const next = question.reduce((so, task) => withRegion(so, task, { word: 'questioned' }), state);
  const { figures } = state;
  const conflicts = figures.conflicts + (verdict.kind === 'doubtful' ? 1 : 0);
  return [
    { ...next, figures: { ...figures, conflicts } },
    { ...NOTHING, question },
  ];
}

const dropped = ({ regions }: Round): PhysicsStep => ({ ...NOTHING, drop: regions.map(({ task }) => task) });

/** The window's tasks are done again. */
const withRedone = ({ figures, round }: PhysicsState): Figures => ({
  ...figures,
  resimulated: figures.resimulated + round.regions.length,
});

/** The same window once more: what was found out about it before still holds. */
function again(
  state: PhysicsState,
  standing: Standing,
  how: { readonly now: Millis; readonly speed?: number; readonly doubt?: number },
): [PhysicsState, PhysicsStep] {
  const { regions, speed, doubt } = state.round;
  const [next, step] = beginRound({ ...state, figures: withRedone(state) }, standing, { speed, doubt, ...how });
  return [next, { ...step, drop: regions.map(({ task }) => task) }];
}

/** The window is in the world. */
function onwards(state: PhysicsState, standing: Standing, grid: GridState, now: Millis): [PhysicsState, PhysicsStep] {
  const { job, round } = state;
  const gone = state.round.regions.length > 0 ? state.gone + round.substeps : state.gone;
  if (isOver(job, gone))
    return [
      { ...state, gone },
      { ...NOTHING, done: true },
    ];
  const finer = aheadOf(job, state.finer, gone);
  const whole = gone % job.substeps === 0;
  const since = (gone - state.laidAt) / job.substeps;
  const relaid = whole && (state.figures.rounds <= UNTYPICAL || since >= LOOK_AGAIN || unevenness(state) > UNEVEN);
  const layout = relaid ? layoutOf(standing, job, grid, state.paces && paceOf(state.paces)) : state.layout;
  const owners = ownersOf(standing, layout.cut, relaid ? null : state.owners);
  const laidAt = relaid ? gone : state.laidAt;
  return beginRound({ ...state, gone, finer, layout, owners, laidAt }, standing, { now });
}

function beginRound(
  state: PhysicsState,
  standing: Standing,
  { now, speed: asked, doubt = 0 }: { readonly now: Millis; readonly speed?: number; readonly doubt?: number },
): [PhysicsState, PhysicsStep] {
  const { job, widened } = state;
  const { substeps, halvings } = windowOf(state);
  const speed = Math.max(asked ?? 0, speedAhead(standing, substeps));
  const steps = substeps * 2 ** halvings;
  // Beyond what a hop can be, everybody gets the whole world.
  const fastest = fastestOf(standing.world);
  const stepSpeed = Math.min(fastest, Math.ceil(speed / 2 ** halvings));
  const margin = stepSpeed < fastest ? marginFor(standing, job, steps, stepSpeed) : Number.POSITIVE_INFINITY;
  const hop = hopOf(standing.world, stepSpeed);
  const wide = stepSpeed < fastest ? marginOf(steps, hop) : margin;
  const marginBetween = (one: number, other: number): number =>
    Math.min(Math.max(margin, wide), margin * 1.5 ** (widened[pairKey(one, other)] ?? 0));
  const parts = partsOf(standing, state.owners, {
    ...{ substeps: steps, hop, margin: marginBetween },
    ...(job.merge === 'average' && { shared: leastMarginOf(steps, hop, stepSpeed) }),
  });
  const window = {
    ...{ boxes: job.boxes, substeps: steps, halvings, every: job.substeps * 2 ** halvings },
    ...{ hop, fastest: stepSpeed },
  };
  const shaped = parts.map((part) => ({ ...part, params: paramsFor(part, window) }));
  const requires = {
    ...requiredBy(shaped.map(({ params }) => params)),
    ...(job.cpuCores !== undefined && { cpuCores: job.cpuCores }),
  };
  let made = state.made;
  const tasks = shaped.map(({ region, part, neighbours, ghosts, params }) => {
    const spec: TaskSpec = {
      id: v.parse(TaskId, `${job.id}:w${made++}`),
      job: job.id,
      kernel: { kind: physicsTask.kind, version: job.version },
      params,
      inputs: [job.world],
      requires,
      workUnits: physicsTask.workUnits(params),
      outputBytes: resultBytes(params),
      verify: doubt > 0 ? 'replicate' : job.verify,
    };
    return {
      task: { region, task: spec.id, params, neighbours, ghosts, heard: null, word: 'alone' as const },
      spec,
      part,
    };
  });
  const regions = tasks.map(({ task }) => task);
  const narrow = regions.flatMap(({ region: one }) =>
    regions.flatMap(({ region: other }) =>
      one < other && job.merge === 'owner' && marginBetween(one, other) < wide ? [[one, other] as const] : [],
    ),
  );
  const round: Round = { substeps, halvings, speed, doubt, begunAt: now, narrow, regions };
  if (!tasks.every(({ spec }) => v.is(PhysicsParams, spec.params))) {
    return [
      { ...state, round: { ...round, regions: [] } },
      { ...NOTHING, failed: TOO_MUCH },
    ];
  }
  return [
    { ...state, made, round },
    { ...NOTHING, add: tasks.map(({ task, spec, part }) => ({ spec, part, region: task.region })) },
  ];
}

function paramsFor(
  { part, neighbours }: RegionPart,
  window: Pick<PhysicsParams, 'boxes' | 'substeps' | 'halvings' | 'every' | 'hop' | 'fastest'>,
): PhysicsParams {
  const [bodies, own, contacts] = [part.ids.length, askedIndices(part).length, part.contacts.length / CONTACT_WORDS];
  const shape = { ...window, bodies, own, contacts, only: null, neighbours: neighbours.length, room: 0 };
  const likely = Math.ceil((2 * contacts * own) / bodies) + (window.boxes ? BOX_SLOTS : BALL_SLOTS) * own;
  const most = Math.floor((MAX_OUTPUT_BYTES - resultBytes(shape)) / (4 * CONTACT_WORDS));
  return { ...shape, room: Math.min(most, likely) };
}

/** What the largest needs: a window's tasks are of one class to a scheduler, so that it may give each to who has its part already. */
function requiredBy(all: readonly PhysicsParams[]): Requirements {
  const most = (of: 'bodies' | 'contacts') => Math.max(...all.map((params) => params[of]));
  const [any] = all;
  return any ? physicsTask.requires({ ...any, bodies: most('bodies'), contacts: most('contacts') }) : {};
}

const TOO_MUCH =
  'The bodies move so fast that a region’s result would have to tell of too many of them: simulate it with more substeps, or fewer bodies.';

/** Up to the frame that needs finer substeps, and that one alone. */
function windowOf({ job, gone, layout, finer }: PhysicsState): {
  readonly substeps: number;
  readonly halvings: number;
} {
  const left = job.frames * job.substeps - gone;
  const within = job.substeps - (gone % job.substeps);
  const usual = Math.min(left, layout.substeps < job.substeps ? Math.min(within, layout.substeps) : layout.substeps);
  if (!finer) return { substeps: usual, halvings: 0 };
  const before = finer.frame * job.substeps - gone;
  if (before > 0) return { substeps: Math.min(usual, before), halvings: 0 };
  // So many substeps in all as usually, so that ghosts of the usual margin do; a window within the frame, that frames end with one.
  const fewer = divisors(job.substeps).filter(
    (count) => count * 2 ** finer.halvings <= layout.substeps && within % count === 0,
  );
  return { substeps: Math.min(within, fewer.at(-1) ?? 1), halvings: finer.halvings };
}

const divisors = (of: number): readonly number[] =>
  Array.from({ length: of }, (_, k) => k + 1).filter((count) => of % count === 0);

function figured(state: PhysicsState, now: Millis): PhysicsState {
  const { round, figures } = state;
  const sum = (of: (region: RegionTask) => number) => round.regions.reduce((all, region) => all + of(region), 0);
  const roundMs = now - round.begunAt;
  // What a volunteer tells of its kernel is no longer than the round.
  const ranMs = ({ heard }: RegionTask) => Math.min(heard?.kernelMs ?? 0, roundMs);
  const kernelMs = sum(ranMs);
  const units = sum(({ params }) => physicsTask.workUnits(params));
  const longest = Math.max(...round.regions.map(ranMs));
  const before = figures.rounds < UNTYPICAL ? null : state.paces;
  const carried = sum(({ params }) => params.bodies + params.own);
  const besideMs = Math.max(0, roundMs - longest);
  const paces = paced(before, { msAUnit: kernelMs / units, besideMs, carried });
  return {
    ...state,
    paces,
    figures: {
      ...figures,
      rounds: figures.rounds + 1,
      bodies: figures.bodies + sum(({ params }) => params.bodies),
      ghosts: figures.ghosts + sum(({ ghosts }) => ghosts),
      kernelMs: figures.kernelMs + kernelMs,
      roundMs: figures.roundMs + roundMs,
      longestMs: figures.longestMs + longest,
    },
  };
}

/** The longest region's work over what all have on average; each to have the same. */
function unevenness({ round: { regions } }: PhysicsState): number {
  const units = regions.map(({ params }) => physicsTask.workUnits(params));
  return (Math.max(...units) * units.length) / units.reduce((sum, one) => sum + one, 0);
}

/** Rounds in which volunteers get their kernels ready first. */
const UNTYPICAL = 2;
