import { type NamedBlob, nameBlob } from '@tabgrid/protocol/blob';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { TaskId } from '@tabgrid/protocol/ids';
import { MAX_TEXT_LENGTH } from '@tabgrid/protocol/limits';
import type { PixelRect } from '@tabgrid/protocol/records';
import type { OutputRef } from '@tabgrid/protocol/task';
import { denoiseStage, type Rendered, type StageTask } from '@tabgrid/splitters/post/denoise';
import { copyPixels, cutWindow, overlap, type Pixels } from '@tabgrid/splitters/post/window';
import type { RenderJob } from '@tabgrid/splitters/render/planner';
import { pixelsOf as denoisedPixels, RADIANCE_FLOATS } from '@tabgrid/webgpu-kernels/denoise/film';
import { pixelsOf as guidePixels, SURFACE_FLOATS } from '@tabgrid/webgpu-kernels/gbuffer/film';
import type { Arrival, Job } from './job.js';
import { compareIn, DENOISED, faultIn, GUIDES, type Said } from './probes.js';

/**
 * The stage behind a picture that takes the noise out of it: its tasks, and what they gave. It knows neither links nor the
 * scheduler.
 *
 * 1. `rgb` is set exactly while every denoised tile of the stage is accepted and the stage is over.
 * 2. What a tile is made from is read when it is handed out, and the scheduler hands out no tile before what it is made from
 *    is accepted; what is taken back takes the tiles made from it back, in the scheduler.
 * 3. Nothing of it is stored: a page that was closed runs the whole stage anew.
 */
export interface Stage {
  readonly state: 'running' | 'done' | 'failed';
  /** Why it failed, for a person; null otherwise. */
  readonly reason: string | null;
  /** Accepted share of its work units, 0 to 1. */
  readonly share: number;
  /** Linear RGB, row-major from the top. */
  readonly rgb: Float32Array<ArrayBuffer> | null;
  readonly tasks: readonly StageTask[];
  has(task: TaskId): boolean;
  tileOf(task: TaskId): PixelRect | null;
  /** What is wrong with the structure of a result, or null. */
  fault(task: TaskId, outputs: readonly OutputRef[], said: Said): string | null;
  compare: Job['compare'];
  /** The accepted result of a task. */
  resultOf(task: TaskId): Arrival | null;
  /** What a task reads that is known only now; null for one that reads what its specification names. */
  inputsOf(task: TaskId): (() => Promise<readonly NamedBlob[]>) | null;
  /** @returns false for a task that has its result already */
  accept(task: TaskId, arrival: Arrival): boolean;
  retract(task: TaskId): void;
  fail(reasons: readonly string[]): void;
  /** Nothing more will come. */
  settle(): void;
}

export interface StageDeps {
  readonly job: RenderJob;
  /** See `denoiseStage`. */
  readonly name: string;
  readonly rendered: readonly Rendered[];
  /** The picture's means, when all that was accepted is in them. */
  radiance(): Promise<Float32Array<ArrayBuffer>>;
}

export function createStage({ job, name, rendered, radiance }: StageDeps): Stage {
  const { film } = job.base;
  const whole: PixelRect = { x: 0, y: 0, ...film };
  const tasks = denoiseStage(job, name, rendered);
  const byId = new Map<TaskId, StageTask>(tasks.map((task) => [task.spec.id, task]));
  const results = new Map<TaskId, Arrival>();
  const units = tasks.reduce((sum, { spec }) => sum + spec.workUnits, 0);
  let unitsDone = 0;
  let state: Stage['state'] = 'running';
  let reason: string | null = null;
  let rgb: Float32Array<ArrayBuffer> | null = null;

  const guidesIn = (window: PixelRect): Pixels[] => {
    const parts: Pixels[] = [];
    for (const task of tasks) {
      const body = task.kind === 'guides' && overlap(task.params.tile, window) ? bodyOf(task) : null;
      if (body && task.kind === 'guides')
        parts.push({ rect: task.params.tile, floats: guidePixels(task.params, body) });
    }
    return parts;
  };
  const bodyOf = ({ spec }: StageTask): Bytes | null => results.get(spec.id)?.body ?? null;

  const putTogether = (): Float32Array<ArrayBuffer> | null => {
    const floats = new Float32Array(RADIANCE_FLOATS * film.width * film.height);
    for (const task of tasks) {
      if (task.kind !== 'denoise') continue;
      const body = bodyOf(task);
      if (!body) return null;
      const part = { rect: task.params.tile, floats: denoisedPixels(task.params, body) };
      copyPixels(part, { rect: whole, floats }, RADIANCE_FLOATS);
    }
    return floats;
  };

  return {
    get state() {
      return state;
    },
    get reason() {
      return reason;
    },
    get share() {
      return state === 'done' ? 1 : unitsDone / units;
    },
    get rgb() {
      return rgb;
    },
    tasks,
    has: (task) => byId.has(task),
    tileOf: (task) => byId.get(task)?.params.tile ?? null,
    fault(id, outputs, said) {
      const task = byId.get(id);
      if (!task) return 'a task that this stage does not have';
      return task.kind === 'guides'
        ? faultIn(GUIDES, task.params, outputs, said)
        : faultIn(DENOISED, task.params, outputs, said);
    },
    compare(id, pair, how) {
      const task = byId.get(id);
      if (!task) return 'different';
      return task.kind === 'guides'
        ? compareIn(GUIDES, task.params, pair, how)
        : compareIn(DENOISED, task.params, pair, how);
    },
    resultOf: (task) => results.get(task) ?? null,
    inputsOf(id) {
      const task = byId.get(id);
      if (task?.kind !== 'denoise') return null;
      const { window } = task.params;
      return async () => {
        const picture: Pixels = { rect: whole, floats: await radiance() };
        return [
          await nameBlob(cutWindow([picture], window, RADIANCE_FLOATS)),
          await nameBlob(cutWindow(guidesIn(window), window, SURFACE_FLOATS)),
        ];
      };
    },
    accept(id, arrival) {
      const task = byId.get(id);
      if (!task || results.has(id)) return false;
      results.set(id, arrival);
      unitsDone += task.spec.workUnits;
      return true;
    },
    retract(id) {
      if (results.delete(id)) unitsDone -= byId.get(id)?.spec.workUnits ?? 0;
    },
    fail(reasons) {
      const why = reasons.at(-1) ?? 'no reason was given';
      reason ??= `The picture could not be denoised (${why}): it is shown as rendered.`.slice(0, MAX_TEXT_LENGTH);
    },
    settle() {
      if (state !== 'running') return;
      rgb = reason === null ? putTogether() : null;
      state = rgb ? 'done' : 'failed';
      if (!rgb) reason ??= 'The picture was not denoised to the end: it is shown as rendered.';
      results.clear();
    },
  };
}
