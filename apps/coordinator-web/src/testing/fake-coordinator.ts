import {
  type Coordinator,
  type FilmView,
  type GridView,
  type JobView,
  type LearningView,
  type PastJob,
  type TileView,
  type UnfinishedJob,
  UserError,
} from '@tabgrid/coordinator/api';
import type { SimulationView } from '@tabgrid/coordinator/simulation/api';
import type { ViewportPicture } from '@tabgrid/coordinator/viewport/api';
import type { JobId } from '@tabgrid/protocol/ids';
import { NOTHING_LEARNED } from './learning-samples.js';
import { A_SCENE, A_VIEWPOINT, aJob, aJobId, aViewport } from './samples.js';
import { A_WORLD, AN_OWNERSHIP, aSimulation, posesAt } from './simulation-samples.js';

/** For tests and for looking at the page: a coordinator that does nothing by itself and shows what it is told to. */
export interface FakeCoordinator extends Coordinator {
  /** What was asked of it, in order: `loadScene cornell`, `launch 480x270`, … */
  readonly asked: string[];
  /** Changes the view and tells the subscribers. */
  show(change: Partial<GridView>): void;
  /** What `learning()` gives from now on. */
  showLearning(view: LearningView): void;
  showFilm(film: FilmView | null, tiles: readonly TileView[]): void;
  /** What the viewport shows from now on. */
  showPicture(picture: ViewportPicture): void;
  /** The next action that could fail fails with this. */
  failNext(error: Error): void;
  past: PastJob[];
}

const EMPTY: GridView = {
  room: null,
  signaling: 'connecting',
  open: false,
  scene: null,
  preparing: null,
  volunteers: [],
  job: null,
  jobs: [],
  unfinished: [],
  viewport: null,
  simulation: null,
  keptSimulation: null,
  notices: [],
};

export function createFakeCoordinator(first: Partial<GridView> = {}): FakeCoordinator {
  let view: GridView = { ...EMPTY, ...first };
  let film: FilmView | null = null;
  let tiles: readonly TileView[] = [];
  let picture: ViewportPicture | null = null;
  let failure: Error | null = null;
  let learning = NOTHING_LEARNED;
  const listeners = new Set<() => void>();
  const viewers = new Set<() => void>();
  const asked: string[] = [];
  let launched = 0;
  let simulated = 0;

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

  const isOpen = (job: JobView) => job.state === 'preparing' || job.state === 'running' || job.state === 'paused';

  /** Changes one job wherever it stands in the view; the shown one without an id. */
  function changeJob(id: JobId | undefined, next: Partial<JobView>): void {
    const which = id ?? view.job?.id;
    const renew = (job: JobView) => (job.id === which ? { ...job, ...next } : job);
    show({ job: view.job === null ? null : renew(view.job), jobs: view.jobs.map(renew).filter(isOpen) });
  }

  function changeSimulation(state: SimulationView['state']): void {
    if (view.simulation === null) throw new UserError('No world is being simulated.');
    show({ simulation: { ...view.simulation, state } });
  }

  function takeFromUnfinished(id: JobId): UnfinishedJob {
    const found = view.unfinished.find((job) => job.id === id);
    if (found === undefined) throw new UserError('Nothing is kept of that render.');
    show({ unfinished: view.unfinished.filter((job) => job !== found) });
    return found;
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
    showPicture(next) {
      picture = next;
      for (const viewer of [...viewers]) viewer();
    },
    showLearning(next) {
      learning = next;
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
    async setTime(time) {
      ask(`setTime ${time}`);
      const scene = { ...(view.scene ?? A_SCENE), time };
      show({ scene });
      return scene;
    },
    simulations: {
      async launch(input, spec) {
        const what = input.kind === 'builtin' ? `${input.name} ${input.bodies ?? 'as many as usual'}` : input.file.name;
        const when = `${spec.seconds} s ${spec.substeps}${spec.realTime ? ' in real time' : ''}`;
        const margin = `${spec.margin} m${spec.merge === 'average' ? ' averaged' : ''}`;
        ask(`simulate ${what} ${when} ${spec.regions ?? 'auto'} ${margin} ${spec.verify}`);
        simulated++;
        const simulation = aSimulation({ id: aJobId(`p${simulated}`), spec, framesDone: 0, energy: [], wallMs: 0 });
        show({ simulation });
        return simulation.id;
      },
      pause() {
        ask('pause simulation');
        changeSimulation('paused');
      },
      resume() {
        ask('resume simulation');
        changeSimulation('running');
      },
      cancel() {
        ask('cancel simulation');
        changeSimulation('cancelled');
      },
      kept: () => view.keptSimulation,
      async takeUp() {
        ask('take the simulation up');
        const { keptSimulation: kept } = view;
        if (kept === null) throw new UserError('No simulation is kept any more.');
        show({
          simulation: aSimulation({ ...kept, state: kept.state === 'done' ? 'done' : 'running' }),
          keptSimulation: null,
        });
      },
      async discard() {
        ask('discard the simulation');
        show({ keptSimulation: null });
      },
      view: () => view.simulation,
      world: () => (view.simulation === null ? null : A_WORLD),
      frame: (index) => (index <= (view.simulation?.framesDone ?? -1) ? posesAt(index) : null),
      ownership: () => (view.simulation === null ? null : AN_OWNERSHIP),
      async export(format, only) {
        ask(`export simulation ${format}${only === undefined ? '' : ` frame ${only}`}`);
        return new Uint8Array([1, 2, 3]);
      },
      async report() {
        ask('report of the simulation');
        return { simulated };
      },
    },
    async launch(spec) {
      const lens = spec.aperture === undefined ? '' : ` f/${spec.aperture} at ${spec.focus ?? 'auto'}`;
      const from = spec.viewpoint ? ` at ${spec.viewpoint.position.join()}` : '';
      const denoised = `${spec.noise ? ` noise ${spec.noise}` : ''}${spec.clamp ? ` clamp ${spec.clamp}` : ''}${spec.denoise ? ' denoised' : ''}`;
      ask(`launch ${spec.width}x${spec.height} ${spec.spp} ${spec.verify}${lens}${from}${denoised}`);
      if (view.scene === null) throw new UserError('No scene is loaded.');
      launched++;
      const tasks = { total: 10, accepted: 0, running: 0 };
      const job = aJob({ id: aJobId(`job-${launched}`), title: view.scene.name, spec, spp: spec.spp, share: 0, tasks });
      show({ job, jobs: [...view.jobs, job] });
      return job.id;
    },
    showJob(id) {
      ask(`showJob ${id}`);
      const found = view.jobs.find((job) => job.id === id);
      if (found === undefined) throw new UserError('That render is over.');
      show({ job: found });
    },
    cancel(id) {
      ask(id === undefined ? 'cancel' : `cancel ${id}`);
      changeJob(id, { state: 'cancelled' });
    },
    pause(id) {
      ask(id === undefined ? 'pause' : `pause ${id}`);
      changeJob(id, { state: 'paused' });
    },
    resume(id) {
      ask(id === undefined ? 'resume' : `resume ${id}`);
      changeJob(id, { state: 'running' });
    },
    setSharing(id, sharing) {
      ask(`setSharing ${id} ${sharing.weight} ${sharing.priority}`);
      changeJob(id, { sharing });
    },
    async takeUp(id) {
      ask(`takeUp ${id}`);
      const { title, share, spp } = takeFromUnfinished(id);
      const job = aJob({ id, title, share, spp });
      show({ job, jobs: [...view.jobs, job] });
    },
    async giveUp(id) {
      ask(`giveUp ${id}`);
      const { share: _, ...left } = takeFromUnfinished(id);
      this.past.push({ ...left, state: 'cancelled' });
    },
    async addSamples(spp) {
      ask(`addSamples ${spp}`);
      if (view.job !== null) show({ job: { ...view.job, state: 'running', spp: view.job.spp + spp } });
    },
    viewport: {
      async open(spec) {
        ask(
          `viewport.open ${spec.width}x${spec.height}${spec.viewpoint ? ` at ${spec.viewpoint.position.join()}` : ''}`,
        );
        if (view.scene === null) throw new UserError('No scene is loaded.');
        show({ viewport: aViewport({ width: spec.width, height: spec.height }) });
        return { camera: spec.viewpoint ?? A_VIEWPOINT, bounds: { low: [-1, -1, -1], high: [1, 1, 1] } };
      },
      move: ({ position }) => ask(`viewport.move ${position.map((x) => Math.round(x * 100) / 100).join()}`),
      close() {
        ask('viewport.close');
        show({ viewport: null });
      },
      picture: () => picture,
      subscribe(listener) {
        viewers.add(listener);
        return () => viewers.delete(listener);
      },
      traces: () => [],
    },
    film: () => film,
    tiles: () => tiles,
    cuts: () => null,
    async export(format, tone, form) {
      const rendered = form === 'rendered' ? ' as rendered' : '';
      ask(`export ${format}${tone ? ` ${tone.curve} ${tone.exposure}` : ''}${rendered}`);
      return new Uint8Array([1, 2, 3]);
    },
    async report() {
      ask('report');
      return { some: 'report' };
    },
    learning() {
      asked.push('learning');
      return learning;
    },
    setLearning(mode) {
      ask(`setLearning ${mode}`);
      learning = { ...learning, mode };
    },
    async exportLearning() {
      ask('exportLearning');
      return new Uint8Array([4, 5, 6, 7]);
    },
    async importLearning(file) {
      ask(`importLearning ${file.byteLength}`);
    },
    async forgetLearning() {
      ask('forgetLearning');
      learning = { ...NOTHING_LEARNED, mode: learning.mode };
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
