import type { ShownBody } from '@tabgrid/assets/worlds/shown-world';
import type {
  FramePoses,
  KeptSimulation,
  Ownership,
  PreparedWorld,
  SimulationView,
} from '@tabgrid/coordinator/simulation/api';
import { aJobId } from './samples.js';

/** A world of three bodies and what a coordinator might say of it, for tests and for looking at the page. */

const STILL = { rotation: [0, 0, 0, 1], velocity: [0, 0, 0], spin: [0, 0, 0] } as const;
const SURFACE = { friction: 0.5, restitution: 0.1 };

const BODIES: readonly ShownBody[] = [
  { shape: { kind: 'sphere', radius: 0.5 }, mass: 1, position: [-2, 1, 0], ...STILL, ...SURFACE, color: [1, 0, 0] },
  { shape: { kind: 'box', half: [1, 0.5, 0.25] }, mass: 1, position: [0, 2, 0], ...STILL, ...SURFACE },
  { shape: { kind: 'sphere', radius: 1 }, mass: 1, position: [3, 1, 1], ...STILL, ...SURFACE, color: [0, 0, 1] },
];

export const A_WORLD: PreparedWorld = {
  title: 'Three things',
  world: {
    bodies: BODIES,
    planes: [{ normal: [0, 1, 0], offset: 0, ...SURFACE }],
    statics: [],
    gravity: [0, -9.81, 0],
  },
  camera: null,
  warnings: [],
};

/** Two regions, of volunteers 4 and nobody; the second body is in both parts. */
export const AN_OWNERSHIP: Ownership = {
  owners: Uint8Array.of(0, 0, 1),
  volunteers: [4, -1],
  ghosts: Uint8Array.of(0, 1, 0),
};

/** All bodies as high as the frame's number, m. */
export function posesAt(frame: number): FramePoses {
  return {
    frame,
    positions: Float32Array.from(BODIES.flatMap(({ position }) => [position[0], frame, position[2]])),
    rotations: Float32Array.from(BODIES.flatMap(({ rotation }) => rotation)),
  };
}

export function aSimulation(change: Partial<SimulationView> = {}): SimulationView {
  return {
    id: aJobId('p1'),
    title: A_WORLD.title,
    state: 'running',
    spec: { seconds: 2, substeps: 8, regions: null, margin: 2, merge: 'owner', realTime: false, verify: 'spot' },
    bodies: BODIES.length,
    frames: 120,
    framesDone: 30,
    regions: 2,
    margin: 2.25,
    window: 24,
    ghostShare: 0.08,
    conflicts: 1,
    resimulated: 2,
    energy: Array.from({ length: 31 }, (_, frame) => 2000 - 10 * frame),
    momentumDrift: 0,
    framesPerSecond: 12.5,
    wallMs: 2400,
    startedAt: Date.UTC(2026, 10, 3, 12, 30),
    notice: null,
    ...change,
  };
}

export function aKeptSimulation(change: Partial<KeptSimulation> = {}): KeptSimulation {
  const { id, title, bodies, frames, startedAt } = aSimulation();
  return { id, title, state: 'running', bodies, frames, framesDone: 36, startedAt, ...change };
}
