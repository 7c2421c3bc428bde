import { type PreparedScene, prepareScene } from '@tabgrid/assets/prepare';
import { buildScene } from '@tabgrid/assets/scenes/build';
import type { Bytes } from '@tabgrid/protocol/bytes';
import { createManualClock, type ManualClock } from '@tabgrid/protocol/clock';
import { type AttemptId, OwnerToken, PeerId, RoomId, VolunteerId } from '@tabgrid/protocol/ids';
import { isJson } from '@tabgrid/protocol/json';
import { FromCoordinator, type FromVolunteer, type Telemetry } from '@tabgrid/protocol/link';
import { message } from '@tabgrid/protocol/message';
import type { Capabilities, TaskSpec } from '@tabgrid/protocol/task';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import { fakeResult } from '@tabgrid/splitters/render/fake-kernel';
import { createMemoryBlobStore, createMemoryRecordStore } from '@tabgrid/store/memory';
import type { Link } from '@tabgrid/transport/link';
import { createMemoryLinkPair } from '@tabgrid/transport/memory';
import type { OwnerSource, OwnerStatus } from '@tabgrid/transport/source';
import { PathtraceParams, pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import * as v from 'valibot';
import type { RenderSpec } from './api.js';
import { type CoordinatorRuntime, createCoordinator } from './create-coordinator.js';
import type { CoordinatorDeps } from './deps.js';

/** For tests: a coordinator on a manual clock, and volunteers that do as the test says over in-memory links. */

export const SPEC: RenderSpec = {
  width: 48,
  height: 32,
  spp: 16,
  bounces: 4,
  seed: 1,
  camera: null,
  tile: 16,
  verify: 'none',
};

export const capabilities = (change: Partial<Capabilities> = {}): Capabilities => ({
  adapter: { vendor: 'test', architecture: 'soft', description: 'Test adapter', browser: 'test-1' },
  software: true,
  features: [],
  limits: { maxStorageBufferBindingSize: 2 ** 30, maxBufferSize: 2 ** 30 },
  cpuCores: 2,
  kernels: [{ kind: pathtraceTask.kind, version: pathtraceTask.version }],
  ...change,
});

const TELEMETRY: Telemetry = { visibility: 'visible', paused: false, intensity: 1, battery: null, gpuBusyMs: 0 };

type Head<T extends FromCoordinator['type']> = Extract<FromCoordinator, { type: T }>;

/** What a scripted volunteer does with a task. */
export type Behaviour =
  /** Computes it in this many ms and sends the result. */
  | { readonly kind: 'work'; readonly ms: number }
  /** Says nothing more. */
  | { readonly kind: 'silent' }
  /** Answers with this result instead of the right one. */
  | { readonly kind: 'answer'; readonly make: (task: TaskSpec, right: Bytes) => Bytes };

export interface Scripted {
  readonly link: Link;
  readonly heads: FromCoordinator[];
  readonly tasks: Head<'task'>[];
  readonly bodies: Map<string, Bytes>;
  behaviour: Behaviour;
  /** Attempts whose acknowledgement came. */
  readonly accepted: AttemptId[];
  say(head: FromVolunteer, body?: Bytes): Promise<void>;
  /** Sends the right result of a task that it was sent. */
  result(task: Head<'task'>, body?: Bytes, ref?: Partial<Head<'task'>['task']>): Promise<void>;
  of<T extends FromCoordinator['type']>(type: T): Head<T>[];
}

export interface ScriptedOptions {
  readonly session?: string;
  readonly behaviour?: Behaviour;
  readonly capabilities?: Partial<Capabilities>;
  readonly protocol?: number;
  readonly telemetry?: Partial<Telemetry>;
  /** Attempts of an earlier link whose results it still keeps. */
  readonly helloless?: boolean;
}

export interface TestGrid {
  readonly clock: ManualClock;
  readonly coordinator: CoordinatorRuntime;
  readonly announced: { readonly open: boolean; readonly hasWork: boolean; readonly wanted: number }[];
  readonly deps: CoordinatorDeps;
  status(next: OwnerStatus): void;
  volunteer(options?: ScriptedOptions): Promise<Scripted>;
  /** Lets so much time pass in small steps. */
  pass(ms: number): Promise<void>;
  /** Lets time pass until something holds. @throws Error after `limitMs` */
  until(holds: () => boolean, limitMs?: number): Promise<void>;
  /** Loads the Cornell box and launches. */
  launch(change?: Partial<RenderSpec>): Promise<void>;
  sha(): Promise<string>;
}

let cornell: Promise<PreparedScene> | null = null;

/** The built-in box, read once a test file. */
export function preparedCornell(): Promise<PreparedScene> {
  cornell ??= buildScene('cornell').then((file) =>
    prepareScene({
      name: 'cornell',
      file,
      environment: null,
      decodeImage: () => Promise.reject(new Error('the box has no images')),
      aspect: 1,
    }),
  );
  return cornell;
}

export const ROOM = v.parse(RoomId, 'r'.repeat(22));
export const ONLINE: OwnerStatus = {
  kind: 'online',
  room: { id: ROOM, token: v.parse(OwnerToken, 't'.repeat(43)) },
  publicUrl: null,
};

export function createTestGrid(change: Partial<CoordinatorDeps> = {}): TestGrid {
  const clock = createManualClock(1000);
  const announced: TestGrid['announced'] = [];
  let onVolunteer: Parameters<OwnerSource['onVolunteer']>[0] = () => {};
  let onStatus: (status: OwnerStatus) => void = () => {};
  const source: OwnerSource = {
    onVolunteer(listener) {
      onVolunteer = listener;
      return () => {
        onVolunteer = () => {};
      };
    },
    onStatus(listener) {
      onStatus = listener;
      listener({ kind: 'connecting' });
      return () => {
        onStatus = () => {};
      };
    },
    announce: (room) => void announced.push(room),
    close: async () => {},
  };
  let seed = 1;
  const deps: CoordinatorDeps = {
    source,
    clock,
    wallClock: () => 1_700_000_000_000 + clock.now(),
    blobs: createMemoryBlobStore(),
    records: createMemoryRecordStore(),
    prepare: { prepare: preparedCornell },
    encode: { encode: async (format, width, height) => new TextEncoder().encode(`${format} ${width}x${height}`) },
    random: () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    name: 'Ada',
    ...change,
  };
  const coordinator = createCoordinator(deps);
  let count = 0;
  const grid: TestGrid = {
    clock,
    coordinator,
    announced,
    deps,
    status: (next) => onStatus(next),
    async volunteer(options = {}) {
      const [ours, theirs] = createMemoryLinkPair(clock);
      const session = options.session ?? `session-${count}`;
      const scripted = script(clock, theirs, session, options);
      onVolunteer(ours, {
        peer: v.parse(PeerId, String(count++).padStart(22, '0')),
        networkTag: '0'.repeat(16),
        pool: false,
      });
      await grid.pass(1);
      return scripted;
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= 5) await clock.advance(Math.min(5, left));
    },
    async until(holds, limitMs = 60_000) {
      for (let passed = 0; !holds(); passed += 5) {
        if (passed > limitMs)
          throw new Error(`it does not hold after ${limitMs} ms\n${JSON.stringify(coordinator.view(), null, 1)}`);
        await clock.advance(5);
      }
    },
    async launch(spec = {}) {
      await coordinator.loadScene({ kind: 'builtin', name: 'cornell' });
      await coordinator.launch({ ...SPEC, ...spec });
    },
    async sha() {
      const report = v.parse(v.looseObject({ filmSha256: v.string() }), await coordinator.report());
      return report.filmSha256;
    },
  };
  return grid;
}

function script(clock: ManualClock, link: Link, session: string, options: ScriptedOptions): Scripted {
  const scripted: Scripted = {
    link,
    heads: [],
    tasks: [],
    bodies: new Map(),
    accepted: [],
    behaviour: options.behaviour ?? { kind: 'work', ms: 50 },
    async say(head, body) {
      if (!isJson(head)) throw new Error('not JSON');
      await link.send(message(head, body)).catch(() => {});
    },
    async result({ attempt, task }, body = fakeResult(v.parse(PathtraceParams, task.params)), ref = {}) {
      await scripted.say(
        {
          type: 'result',
          ref: { attempt, task: ref.id ?? task.id, job: task.job },
          outputs: [{ name: 'blocks', bytes: body.byteLength }],
          stats: { kernelMs: 40, wallMs: 45, submissions: 1 },
        },
        body,
      );
    },
    of: <T extends FromCoordinator['type']>(type: T) =>
      scripted.heads.filter((head): head is Head<T> => head.type === type),
  };
  const queue: Head<'task'>[] = [];
  let busy = false;
  const work = (): void => {
    const [next] = queue;
    if (busy || !next || scripted.behaviour.kind === 'silent') return;
    busy = true;
    const { behaviour } = scripted;
    void scripted.say({ type: 'started', attempt: next.attempt });
    clock.after(behaviour.kind === 'work' ? behaviour.ms : 1, () => {
      busy = false;
      if (scripted.behaviour.kind !== 'silent' && queue[0] === next) {
        queue.shift();
        const right = fakeResult(v.parse(PathtraceParams, next.task.params));
        void scripted.result(next, behaviour.kind === 'answer' ? behaviour.make(next.task, right) : right);
      }
      work();
    });
  };
  link.onMessage(({ head, body }) => {
    const m = v.parse(FromCoordinator, head);
    scripted.heads.push(m);
    if (m.type === 'task') {
      scripted.tasks.push(m);
      queue.push(m);
      work();
    } else if (m.type === 'cancel') {
      const at = queue.findIndex(({ attempt }) => attempt === m.attempt);
      if (at >= 0) queue.splice(at, 1);
    } else if (m.type === 'accepted') scripted.accepted.push(m.attempt);
    else if (m.type === 'list') scripted.bodies.set(`list ${m.blob.id}`, body);
    else if (m.type === 'chunk') scripted.bodies.set(`${m.blob} ${m.index}`, body);
  });
  if (!options.helloless) {
    void scripted.say({
      type: 'hello',
      protocol: options.protocol ?? PROTOCOL_VERSION,
      session: v.parse(VolunteerId, session),
      name: session,
      capabilities: capabilities(options.capabilities),
      telemetry: { ...TELEMETRY, ...options.telemetry },
    });
  }
  return scripted;
}
