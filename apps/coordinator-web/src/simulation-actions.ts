import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Coordinator, GridView } from '@tabgrid/coordinator/api';
import type { TrajectoryFormat } from '@tabgrid/coordinator/simulation/api';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Clock } from '@tabgrid/protocol/clock';
import type { Actions } from './actions.js';
import type { Remembered } from './remembered.js';
import { createPlayback, type Playback } from './simulation/playback.js';
import type { JobKind } from './words/job-kinds.js';
import { wasCutOff } from './words/kept.js';
import { stillName, trajectoryFile } from './words/simulation.js';
import {
  FIRST_SIMULATION,
  readSimulation,
  type SimulationDraft,
  type SimulationProblems,
  simulationProblems,
} from './words/simulation-settings.js';
import { worldOf } from './words/worlds.js';

/** Which kind of job the page is set up for, and what a person can do with worlds of bodies. */
export interface SimulationActions {
  readonly kind: ReadonlySignal<JobKind>;
  chooseKind(kind: JobKind): void;
  readonly simulation: ReadonlySignal<SimulationDraft>;
  /** The world, where it is a file; null: the built-in one that the draft names. */
  readonly worldFile: ReadonlySignal<File | null>;
  readonly simulationProblems: ReadonlySignal<SimulationProblems>;
  readonly playback: Playback;
  /** @param name a built-in world; anything else changes nothing */
  chooseWorld(name: string): void;
  /** Dropped or picked files. */
  takeWorld(files: readonly File[]): void;
  editSimulation(change: Partial<SimulationDraft>): void;
  simulate(): Promise<void>;
  pauseSimulation(): Promise<void>;
  resumeSimulation(): Promise<void>;
  cancelSimulation(): Promise<void>;
  /** Goes on with what an earlier page left, or shows it. */
  takeUpSimulation(): Promise<void>;
  discardSimulation(): Promise<void>;
  /** Saves all frames that are there. */
  saveTrajectory(format: TrajectoryFormat): Promise<void>;
  /** The world as it is shown becomes the scene of a picture. */
  renderFrame(): Promise<void>;
}

/** The page's side of it, which has to hear of changes. */
export interface SimulationPart extends SimulationActions {
  refreshed(view: GridView): void;
}

/** What `busy` says while a simulation of an earlier page is being read. */
export const TAKING_UP_SIMULATION = 'take up simulation';

const WORLD_FILE = /\.(json|glb|gltf)$/i;

export function createSimulationActions(deps: {
  readonly coordinator: Pick<Coordinator, 'simulations'>;
  readonly actions: Actions;
  readonly remembered: Remembered;
  readonly clock: Pick<Clock, 'now'>;
  readonly save: (bytes: Bytes, name: string, type: string) => void;
  /** Takes a model as the scene of pictures. */
  readonly takeScene: (model: File) => Promise<void>;
}): SimulationPart {
  const { actions, remembered } = deps;
  const { simulations } = deps.coordinator;
  const kind = signal<JobKind>(remembered.read('kind') ?? 'picture');
  const simulation = signal<SimulationDraft>(remembered.read('simulation') ?? FIRST_SIMULATION);
  const worldFile: Signal<File | null> = signal(null);
  const problems = signal<SimulationProblems>({});
  const playback = createPlayback(() => deps.clock.now());

  function check(): void {
    problems.value = simulationProblems(simulation.value, worldFile.value !== null);
    actions.forgive('simulate');
  }

  function edit(change: Partial<SimulationDraft>): void {
    simulation.value = { ...simulation.value, ...change };
    check();
    if (Object.keys(problems.value).length === 0) remembered.write('simulation', simulation.value);
  }

  function chooseKind(chosen: JobKind): void {
    kind.value = chosen;
    remembered.write('kind', chosen);
  }

  /** Beside the offer. */
  const place = () => (wasCutOff(simulations.kept()) ? 'unfinished' : 'kept');

  return {
    kind,
    chooseKind,
    simulation,
    worldFile,
    simulationProblems: problems,
    playback,
    chooseWorld(name) {
      const world = worldOf(name);
      if (world === null) return;
      actions.forgive('world');
      worldFile.value = null;
      edit({ world });
    },
    takeWorld(files) {
      const [file] = files;
      if (file === undefined) return;
      if (files.length > 1)
        return actions.refuse('world', `These are ${files.length} files. Choose one world at a time.`);
      if (!WORLD_FILE.test(file.name)) {
        return actions.refuse('world', `“${file.name}” is no world: worlds are .json, .glb and .gltf files.`);
      }
      actions.forgive('world');
      worldFile.value = file;
      check();
    },
    editSimulation: edit,
    async simulate() {
      check();
      const wrong = Object.values(problems.value);
      if (wrong.length > 0) return actions.refuse('simulate', wrong.join(' '));
      const { input, spec } = readSimulation(simulation.value, worldFile.value);
      await actions.run('simulate', () => simulations.launch(input, spec), 'simulate');
    },
    async pauseSimulation() {
      await actions.run('simulation', () => simulations.pause());
    },
    async resumeSimulation() {
      await actions.run('simulation', () => simulations.resume());
    },
    async cancelSimulation() {
      await actions.run('simulation', () => simulations.cancel());
    },
    async takeUpSimulation() {
      // The world is what one wants to see now.
      if (await actions.run(place(), () => simulations.takeUp(), TAKING_UP_SIMULATION)) chooseKind('physics');
    },
    async discardSimulation() {
      await actions.run(place(), () => simulations.discard(), 'discard simulation');
    },
    async saveTrajectory(format) {
      const view = simulations.view();
      if (view === null) return;
      const { name, type } = trajectoryFile(view, format);
      await actions.run('simulation', async () => deps.save(await simulations.export(format), name, type), format);
    },
    async renderFrame() {
      const view = simulations.view();
      if (view === null) return;
      const frame = playback.frame.value;
      await actions.run(
        'simulation',
        async () => {
          const model = new File([await simulations.export('glb', frame)], stillName(view, frame));
          chooseKind('picture');
          await deps.takeScene(model);
        },
        'frame',
      );
    },
    refreshed: ({ simulation: view }) => playback.note(view),
  };
}
