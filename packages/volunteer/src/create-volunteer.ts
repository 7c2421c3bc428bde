import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis, VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_NAME_LENGTH } from '@tabgrid/protocol/limits';
import type { Capabilities } from '@tabgrid/protocol/task';
import type { BlobStore } from '@tabgrid/store/ports';
import type { LinkSource } from '@tabgrid/transport/source';
import type { Volunteer, VolunteerSettings, VolunteerStatus, VolunteerView } from './api.js';
import type { VolunteerEnvironment } from './environment.js';
import { createGpuHost, type GpuHost } from './gpu-host.js';
import { createLending, type Lending } from './lending.js';
import { DEFAULT_LIMITS, VIEW_MS, type VolunteerLimits } from './limits.js';
import type { GpuWorkerHandle } from './worker-handle.js';

/**
 * The lending side's façade.
 *
 * Invariants
 *  1. Before `start` and after `stop` there is no Worker, no link source and no timer of this module.
 *  2. `stop` ends the Worker before it returns to its caller and before anything is said to anybody.
 *  3. A start that was overtaken by a stop leaves nothing behind.
 *  4. Listeners are called at most once in VIEW_MS, and always after the last change.
 */

export interface VolunteerDeps {
  /** Opens the way to coordinators; called once a start, after the GPU was found. */
  connect(): LinkSource;
  /** Starts the GPU Worker; called only after `start`. `spawnGpuWorker` in a page. */
  spawnWorker(): GpuWorkerHandle;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** The page's session id; see `takeSessionId`. */
  readonly session: VolunteerId;
  readonly settings: VolunteerSettings;
  /** `createPageEnvironment` in a page. */
  readonly environment: VolunteerEnvironment;
  readonly limits?: Partial<VolunteerLimits>;
}

/** What a page begins with. */
export const DEFAULT_SETTINGS: VolunteerSettings = { intensity: 0.5, pauseOnBattery: true, name: '' };

/** Lowest and highest share of GPU time that a person can lend. */
export const INTENSITY = { min: 0.1, max: 1 } as const;

const NOTHING = { tasks: 0, gpuMs: 0, bytesIn: 0, bytesOut: 0 } as const;

type Life =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting'; readonly gpu: GpuHost }
  | { readonly kind: 'live'; readonly gpu: GpuHost; readonly lending: Lending }
  | { readonly kind: 'failed'; readonly message: string };

export function createVolunteer(deps: VolunteerDeps): Volunteer {
  const { clock } = deps;
  const limits: VolunteerLimits = { ...DEFAULT_LIMITS, ...deps.limits };
  let settings = checked(deps.settings);
  let life: Life = { kind: 'idle' };
  let capabilities: Capabilities | null = null;
  let contributed: VolunteerView['contributed'] = NOTHING;
  let farewell: Promise<void> = Promise.resolve();

  const listeners = new Set<() => void>();
  let toldAt = Number.NEGATIVE_INFINITY;
  let cancelTell: (() => void) | null = null;
  const tell = () => {
    cancelTell = null;
    toldAt = clock.now();
    for (const listener of listeners) listener();
  };
  const changed = () => {
    if (cancelTell !== null || listeners.size === 0) return;
    const wait = toldAt + VIEW_MS - clock.now();
    if (wait <= 0) tell();
    else cancelTell = clock.after(wait, tell);
  };
  /** For changes of life: at once, and without a timer left behind. */
  const tellNow = () => {
    cancelTell?.();
    tell();
  };

  /** Ends the Worker first, then everything else. Resolves when the Worker is gone. */
  const end = (next: Life, reason: string): Promise<void> => {
    const before = life;
    const gone = before.kind === 'starting' || before.kind === 'live' ? before.gpu.terminate() : Promise.resolve();
    if (before.kind === 'live') contributed = before.lending.contributed();
    life = next;
    if (before.kind === 'live') farewell = before.lending.close(reason).catch(() => {});
    tellNow();
    return gone;
  };

  const fail = (gpu: GpuHost) => (message: string) => {
    if ((life.kind === 'starting' || life.kind === 'live') && life.gpu === gpu) {
      void end({ kind: 'failed', message }, message);
    }
  };

  const status = (): VolunteerStatus => {
    switch (life.kind) {
      case 'idle':
      case 'failed':
        return life;
      case 'starting':
        return { kind: 'starting' };
      case 'live': {
        const { lending } = life;
        const why = lending.pausedBy;
        if (why !== null) return { kind: 'paused', why, source: lending.source };
        return { kind: 'running', source: lending.source, now: lending.now() };
      }
    }
  };

  return {
    view: () => ({
      status: status(),
      settings,
      adapter: capabilities?.adapter ?? null,
      software: capabilities?.software ?? false,
      path: life.kind === 'live' ? life.lending.path() : null,
      contributed: life.kind === 'live' ? life.lending.contributed() : contributed,
    }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      if (life.kind === 'starting' || life.kind === 'live') return;
      let giveUp = (_message: string): void => {};
      const gpu = createGpuHost({
        spawn: deps.spawnWorker,
        intensity: settings.intensity,
        onDead: (message) => giveUp(message),
      });
      giveUp = fail(gpu);
      life = { kind: 'starting', gpu };
      contributed = NOTHING;
      tellNow();
      const [answer] = await Promise.all([gpu.open(), farewell]);
      if (life.kind !== 'starting' || life.gpu !== gpu) return;
      if (answer.kind === 'noGpu') return giveUp(answer.message);
      capabilities = answer.capabilities;
      gpu.setIntensity(settings.intensity);
      // A source may fail while it is being listened to for the first time: keep that until the lending is there.
      let failure: string | null = null;
      const lending = createLending({
        ...deps,
        source: deps.connect(),
        gpu,
        capabilities,
        settings,
        limits,
        changed,
        failed(message) {
          failure ??= message;
          if (life.kind === 'live') giveUp(message);
        },
      });
      life = { kind: 'live', gpu, lending };
      if (failure !== null) return giveUp(failure);
      tellNow();
    },
    async stop(): Promise<Millis> {
      if (life.kind === 'failed') life = { kind: 'idle' };
      if (life.kind === 'idle') {
        tellNow();
        return 0;
      }
      const asked = clock.now();
      await end({ kind: 'idle' }, 'the volunteer stopped');
      return clock.now() - asked;
    },
    pause() {
      if (life.kind === 'live') life.lending.setPaused(true);
    },
    resume() {
      if (life.kind === 'live') life.lending.setPaused(false);
    },
    configure(next) {
      settings = checked({ ...settings, ...next });
      if (life.kind === 'starting' || life.kind === 'live') life.gpu.setIntensity(settings.intensity);
      if (life.kind === 'live') life.lending.configure(settings);
      changed();
    },
  };
}

/** Settings within their bounds, whatever a page or its storage handed over. */
function checked(settings: VolunteerSettings): VolunteerSettings {
  const share = Number.isFinite(settings.intensity) ? settings.intensity : DEFAULT_SETTINGS.intensity;
  return {
    intensity: Math.min(INTENSITY.max, Math.max(INTENSITY.min, share)),
    pauseOnBattery: settings.pauseOnBattery,
    name: settings.name.slice(0, MAX_NAME_LENGTH),
  };
}
