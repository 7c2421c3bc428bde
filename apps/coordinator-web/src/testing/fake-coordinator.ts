import {
  type Coordinator,
  type FilmView,
  type GridView,
  type JobView,
  type PastJob,
  type RenderSpec,
  type SceneView,
  type TileView,
  UserError,
  type VolunteerView,
} from '@tabgrid/coordinator/api';
import { JobId, RoomId, VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';

/** For tests and for looking at the page: a coordinator that does nothing by itself and shows what it is told to. */
export interface FakeCoordinator extends Coordinator {
  /** What was asked of it, in order: `loadScene cornell`, `launch 480x270`, … */
  readonly asked: string[];
  /** Changes the view and tells the subscribers. */
  show(change: Partial<GridView>): void;
  showFilm(film: FilmView | null, tiles: readonly TileView[]): void;
  /** The next action that could fail fails with this. */
  failNext(error: Error): void;
  past: PastJob[];
}

export const A_ROOM = v.parse(RoomId, 'Zx3aY-7QmT_w4KpLr8NvBg');
export const jobId = (text: string) => v.parse(JobId, text);

export const A_SCENE: SceneView = {
  name: 'Bunny',
  triangles: 69_451,
  materials: 5,
  textures: 0,
  bytes: 6_400_000,
  cameras: ['Main', 'From above'],
  warnings: [],
  environment: null,
};

export const A_SPEC: RenderSpec = {
  width: 960,
  height: 540,
  spp: 64,
  bounces: 6,
  seed: 1,
  camera: null,
  tile: null,
  verify: 'none',
};

export function aJob(change: Partial<JobView> = {}): JobView {
  return {
    id: jobId('job-1'),
    title: 'Bunny',
    state: 'running',
    spec: A_SPEC,
    spp: 64,
    share: 0.42,
    etaMs: 83_000,
    samplesPerSecond: 1_240_000,
    tasks: { total: 510, accepted: 214, running: 6 },
    attempts: 221,
    retries: 1,
    startedAt: Date.UTC(2026, 10, 3, 12, 30),
    wallMs: 61_000,
    held: false,
    notice: null,
    ...change,
  };
}

export function aVolunteer(ordinal: number, change: Partial<VolunteerView> = {}): VolunteerView {
  return {
    id: v.parse(VolunteerId, `v-${ordinal}`),
    ordinal,
    name: '',
    state: 'ready',
    reason: '',
    adapter: { vendor: 'nvidia', architecture: 'ampere', description: '', browser: 'chromium-156' },
    software: false,
    hidden: false,
    path: 'direct',
    roundTripMs: 14.2,
    samplesPerSecond: 410_000,
    tilesAccepted: 71,
    tilesRunning: 2,
    kernelMs: 40_000,
    bytesTo: 6_400_000,
    bytesFrom: 2_000_000,
    ...change,
  };
}

const EMPTY: GridView = {
  room: null,
  signaling: 'connecting',
  open: false,
  scene: null,
  preparing: null,
  volunteers: [],
  job: null,
  notices: [],
};

export function createFakeCoordinator(first: Partial<GridView> = {}): FakeCoordinator {
  let view: GridView = { ...EMPTY, ...first };
  let film: FilmView | null = null;
  let tiles: readonly TileView[] = [];
  let failure: Error | null = null;
  const listeners = new Set<() => void>();
  const asked: string[] = [];

  function show(change: Partial<GridView>): void {
    view = { ...view, ...change };
    for (const listener of listeners) listener();
  }
  function ask(what: string): void {
    asked.push(what);
    const error = failure;
    failure = null;
    if (error !== null) throw error;
  }

  return {
    asked,
    past: [],
    show,
    showFilm(nextFilm, nextTiles) {
      film = nextFilm;
      tiles = nextTiles;
      show({});
    },
    failNext(error) {
      failure = error;
    },
    view: () => view,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setOpen(open) {
      ask(`setOpen ${open}`);
      show({ open });
    },
    async loadScene(input) {
      ask(
        `loadScene ${input.kind === 'builtin' ? input.name : [input.scene, ...input.resources].map((f) => f.name).join('+')}`,
      );
      const scene = { ...A_SCENE, name: input.kind === 'builtin' ? 'Bunny' : input.scene.name };
      show({ scene });
      return scene;
    },
    async loadEnvironment(file) {
      ask(`loadEnvironment ${file?.name ?? 'none'}`);
      const scene = { ...(view.scene ?? A_SCENE), environment: file?.name ?? null };
      show({ scene });
      return scene;
    },
    async launch(spec) {
      ask(`launch ${spec.width}x${spec.height} ${spec.spp}`);
      if (view.scene === null) throw new UserError('No scene is loaded.');
      const job = aJob({ spec, spp: spec.spp, share: 0, tasks: { total: 10, accepted: 0, running: 0 } });
      show({ job });
      return job.id;
    },
    cancel() {
      ask('cancel');
      if (view.job !== null) show({ job: { ...view.job, state: 'cancelled' } });
    },
    async addSamples(spp) {
      ask(`addSamples ${spp}`);
      if (view.job !== null) show({ job: { ...view.job, state: 'running', spp: view.job.spp + spp } });
    },
    film: () => film,
    tiles: () => tiles,
    async export(format) {
      ask(`export ${format}`);
      return new Uint8Array([1, 2, 3]);
    },
    async report() {
      ask('report');
      return { some: 'report' };
    },
    async pastJobs() {
      return this.past;
    },
    async openPast(id) {
      ask(`openPast ${id}`);
      show({ job: aJob({ id, state: 'done', share: 1 }) });
    },
    hold: {
      async at(share) {
        ask(`hold.at ${share}`);
      },
      release: () => ask('hold.release'),
    },
    async close() {
      ask('close');
    },
  };
}
