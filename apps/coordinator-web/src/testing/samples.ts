import type { JobView, RenderSpec, SceneView, UnfinishedJob, Viewpoint, VolunteerView } from '@tabgrid/coordinator/api';
import type { ViewportView } from '@tabgrid/coordinator/viewport/api';
import { JobId, RoomId, VolunteerId } from '@tabgrid/protocol/ids';
import * as v from 'valibot';

/** Views as a coordinator might give them, for tests and for looking at the page. */

export const A_ROOM = v.parse(RoomId, 'Zx3aY-7QmT_w4KpLr8NvBg');
export const aJobId = (text: string) => v.parse(JobId, text);

export const A_SCENE: SceneView = {
  name: 'Bunny',
  triangles: 69_451,
  materials: 5,
  textures: 0,
  bytes: 6_400_000,
  cameras: ['Main', 'From above'],
  animation: null,
  time: null,
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

export const A_VIEWPOINT: Viewpoint = {
  position: [0, 0, 5],
  right: [1, 0, 0],
  up: [0, 1, 0],
  forward: [0, 0, -1],
  yfov: 0.7,
};

export function aViewport(change: Partial<ViewportView> = {}): ViewportView {
  return {
    width: 960,
    height: 540,
    shown: { width: 240, height: 135, samples: 1 },
    state: 'rough',
    helpers: 2,
    firstMs: 84,
    completeMs: 900,
    spp: 64,
    notice: null,
    ...change,
  };
}

export const NO_EXTRA_WORK: JobView['work'] = {
  again: 0,
  backups: 0,
  clones: 0,
  replicas: 0,
  probes: 0,
  unseen: 0,
  checking: 0,
  rejected: 0,
  retracted: 0,
};

export function aJob(change: Partial<JobView> = {}): JobView {
  return {
    id: aJobId('job-1'),
    title: 'Bunny',
    state: 'running',
    spec: A_SPEC,
    spp: 64,
    share: 0.42,
    etaMs: 83_000,
    etaInterval: { low: 61_000, high: 118_000 },
    samplesPerSecond: 1_240_000,
    tasks: { total: 510, accepted: 214, running: 6 },
    attempts: 221,
    retries: 1,
    work: { ...NO_EXTRA_WORK, again: 1 },
    sharing: { weight: 1, priority: 0 },
    startedAt: Date.UTC(2026, 10, 3, 12, 30),
    wallMs: 61_000,
    held: false,
    noise: null,
    denoise: null,
    notice: null,
    ...change,
  };
}

export function anUnfinishedJob(change: Partial<UnfinishedJob> = {}): UnfinishedJob {
  return {
    id: aJobId('job-0'),
    title: 'Bunny',
    state: 'running',
    width: 960,
    height: 540,
    spp: 64,
    startedAt: Date.UTC(2026, 10, 3, 12, 30),
    wallMs: 61_000,
    share: 0.42,
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
    trust: { verified: 0, checkShare: 1 },
    quarantineMs: null,
    backupFor: 0,
    ...change,
  };
}
