import type { Millis, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { Begun } from '@tabgrid/splitters/view/planner';
import type { ViewportRound, ViewportTrace } from './api.js';

/** What became of the last cameras: for the figures that a person sees, and for measurements. */
export interface Traces {
  /** A camera is rendered from now on. @param movedAt when it was set */
  framed(frame: number, round: Begun, movedAt: Millis): void;
  begun(round: Begun): void;
  started(task: TaskId, now: Millis): void;
  returned(task: TaskId, part: ReturnedPart, now: Millis): void;
  /** The round under way is whole. @param complete whether it has the finest size */
  whole(complete: boolean, now: Millis): void;
  list(): readonly ViewportTrace[];
  /** Median of a figure over the cameras that have it. */
  median(figure: 'firstMs' | 'completeMs'): Millis | null;
}

type Part = ViewportRound['parts'][number];
export type ReturnedPart = Pick<Part, 'kernelMs' | 'wallMs' | 'bytes'> & { readonly volunteer: VolunteerId };

const KEPT = 50;
/** The figures that are shown are of the last few. */
const SHOWN = 9;

interface Trace extends Pick<ViewportTrace, 'frame' | 'camera' | 'askedMs'> {
  readonly movedAt: Millis;
  firstMs: Millis | null;
  completeMs: Millis | null;
  readonly rounds: ViewportRound[];
}

export function createTraces(): Traces {
  const traces: Trace[] = [];
  let round: Begun | null = null;
  let parts: Part[] = [];
  const startedAt = new Map<TaskId, Millis>();

  return {
    framed(frame, { camera, begunAt }, movedAt) {
      const askedMs = begunAt - movedAt;
      traces.push({ frame, camera, movedAt, askedMs, firstMs: null, completeMs: null, rounds: [] });
      if (traces.length > KEPT) traces.shift();
    },
    begun(next) {
      round = next;
      parts = [];
      startedAt.clear();
    },
    started(task, now) {
      if (round && !startedAt.has(task)) startedAt.set(task, now - round.begunAt);
    },
    returned(task, part, now) {
      if (!round) return;
      parts.push({ ...part, startedMs: startedAt.get(task) ?? null, returnedMs: now - round.begunAt });
    },
    whole(complete, now) {
      const trace = traces.at(-1);
      if (!trace || !round) return;
      const ms = now - trace.movedAt;
      const isFirst = trace.firstMs === null;
      const isComplete = complete && trace.completeMs === null;
      trace.firstMs ??= ms;
      if (complete) trace.completeMs ??= ms;
      if (!isFirst && !isComplete) return;
      const { size, begunAt, expectedMs } = round;
      trace.rounds.push({ ...size, afterMs: begunAt - trace.movedAt, ms: now - begunAt, expectedMs, parts });
    },
    list: () => traces.map(({ movedAt: _, ...trace }) => ({ ...trace, rounds: [...trace.rounds] })),
    median(figure) {
      const known = traces.flatMap((trace) => trace[figure] ?? []).slice(-SHOWN);
      known.sort((a, b) => a - b);
      return known[known.length >> 1] ?? null;
    },
  };
}
