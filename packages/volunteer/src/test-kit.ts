import type { BlobRef, NamedBlob } from '@tabgrid/protocol/blob';
import { chunkCount, chunkOf } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import type { ManualClock } from '@tabgrid/protocol/clock';
import { AttemptId, type BlobId, JobId, RoomId, TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import { isJson, type Json } from '@tabgrid/protocol/json';
import { type Enclosed, type FromCoordinator, FromVolunteer } from '@tabgrid/protocol/link';
import { type Message, message } from '@tabgrid/protocol/message';
import type { Capabilities, TaskSpec } from '@tabgrid/protocol/task';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import type { BlobStore } from '@tabgrid/store/ports';
import type { Link } from '@tabgrid/transport/link';
import { createMemoryLinkPair } from '@tabgrid/transport/memory';
import type { LinkSource, SourceStatus } from '@tabgrid/transport/source';
import * as v from 'valibot';
import { createDeferred } from './deferred.js';
import type { EnvironmentState, VolunteerEnvironment } from './environment.js';
import type { GpuWorkerHandle } from './worker-handle.js';
import type { OpenAnswer, RunAnswer, RunHooks, RunRequest } from './worker-port.js';

/** Doubles for this package's tests: a coordinator that follows a script, a Worker that does what it is told. */

export const CAPABILITIES: Capabilities = {
  adapter: { vendor: 'test', architecture: 'none', description: 'Test GPU', browser: 'chromium-156' },
  software: true,
  features: [],
  limits: {},
  cpuCores: 2,
  kernels: [{ kind: 'add', version: '1' }],
};

/** Lets promises and WebCrypto settle until the condition holds. Fails by the test's own time limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets everything that is under way settle, for assertions that something did NOT happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve));
}

export const room = (letter: string): RoomId => v.parse(RoomId, letter.repeat(22));
export const attemptId = (id: string): AttemptId => v.parse(AttemptId, id);

export function task(id: string, inputs: readonly BlobRef[] = [], fields: Partial<TaskSpec> = {}): TaskSpec {
  return {
    id: v.parse(TaskId, id),
    job: v.parse(JobId, 'job'),
    kernel: { kind: 'add', version: '1' },
    params: {},
    inputs: [...inputs],
    requires: {},
    workUnits: 1,
    outputBytes: 4,
    verify: 'none',
    ...fields,
  };
}

/** Heads of one kind. */
export type Head<T extends FromVolunteer['type']> = Extract<FromVolunteer, { type: T }>;

/** The coordinator's end of one link. It records what comes and says what it is told to. */
export interface FakeCoordinator {
  readonly link: Link;
  readonly heads: FromVolunteer[];
  readonly bodies: Bytes[];
  of<T extends FromVolunteer['type']>(type: T): Head<T>[];
  say(head: FromCoordinator, body?: Bytes): void;
  /** Anything, in the protocol or not. */
  sayRaw(head: Json): void;
  give(id: string, spec: TaskSpec, kind?: string): void;
  /** A task, and what comes along with it. */
  enclose(id: string, spec: TaskSpec, enclosed: Enclosed[], body: Bytes): void;
  /** Serves blobs by itself from now on; `spoil` may change a chunk on its way. */
  serve(blobs: readonly NamedBlob[], spoil?: (blob: BlobId, index: number, chunk: Bytes) => Bytes | null): void;
}

function createFakeCoordinator(link: Link, welcome: boolean): FakeCoordinator {
  const heads: FromVolunteer[] = [];
  const bodies: Bytes[] = [];
  let served: readonly NamedBlob[] = [];
  let change = (_blob: BlobId, _index: number, chunk: Bytes): Bytes | null => chunk;
  const send = (m: Message) => void link.send(m).catch(() => {});
  const say = (head: FromCoordinator, body?: Bytes) => {
    if (!isJson(head)) throw new Error('a head that is not JSON');
    send(message(head, body));
  };
  const onNeed = (need: Head<'need'>) => {
    const blob = served.find(({ ref }) => ref.id === need.blob);
    if (blob === undefined) return;
    if (need.list) say({ type: 'list', blob: blob.ref }, blob.chunkHashes);
    for (const index of need.chunks) {
      const chunk = change(need.blob, index, chunkOf(blob.bytes, index));
      if (chunk !== null) say({ type: 'chunk', blob: need.blob, index }, chunk);
    }
  };
  link.onMessage((m) => {
    const head = v.parse(FromVolunteer, m.head);
    heads.push(head);
    bodies.push(m.body);
    if (head.type === 'hello' && welcome)
      say({ type: 'welcome', protocol: PROTOCOL_VERSION, volunteer: head.session, owner: 'Ada' });
    if (head.type === 'need') onNeed(head);
  });
  return {
    link,
    heads,
    bodies,
    of: <T extends FromVolunteer['type']>(type: T) => heads.filter((head): head is Head<T> => head.type === type),
    say,
    sayRaw: (head) => send(message(head)),
    give: (id, spec, kind = 'test') =>
      say({ type: 'task', attempt: attemptId(id), task: spec, info: { job: spec.job, kind, title: 'A test' } }),
    enclose: (id, spec, enclosed, body) =>
      say(
        {
          type: 'task',
          attempt: attemptId(id),
          task: spec,
          info: { job: spec.job, kind: 'test', title: '' },
          enclosed,
        },
        body,
      ),
    serve(blobs, spoil) {
      served = blobs;
      if (spoil) change = spoil;
    },
  };
}

export interface FakeSource extends LinkSource {
  /** Opens a link to a coordinator; without `welcome` it stays silent. */
  link(options?: { readonly room?: RoomId; readonly welcome?: boolean }): FakeCoordinator;
  status(status: SourceStatus): void;
  closed: boolean;
}

export function createFakeSource(clock: ManualClock): FakeSource {
  const links = new Set<(link: Link, room?: RoomId) => void>();
  const statuses = new Set<(status: SourceStatus) => void>();
  const source: FakeSource = {
    closed: false,
    link({ room: to, welcome = true } = {}) {
      const [theirs, ours] = createMemoryLinkPair(clock);
      const coordinator = createFakeCoordinator(theirs, welcome);
      for (const listener of links) listener(ours, to);
      source.status({ kind: 'linked' });
      return coordinator;
    },
    status(status) {
      for (const listener of statuses) listener(status);
    },
    onLink(listener) {
      links.add(listener);
      return () => links.delete(listener);
    },
    onStatus(listener) {
      statuses.add(listener);
      listener({ kind: 'connecting' });
      return () => statuses.delete(listener);
    },
    async close() {
      source.closed = true;
    },
  };
  return source;
}

/** One run that reached the fake Worker. */
export interface FakeRun {
  readonly request: RunRequest;
  readonly hooks: RunHooks;
  aborted: boolean;
  answer(answer: RunAnswer): void;
  /** Answers with four bytes, all `value`. */
  finish(value: number): void;
}

export interface FakeWorker extends GpuWorkerHandle {
  readonly runs: FakeRun[];
  readonly intensities: number[];
  readonly terminated: boolean;
  crash(message: string): void;
  run(attemptTask: string): FakeRun | undefined;
}

export function createFakeWorker(
  options: { readonly open?: OpenAnswer; readonly onTerminate?: () => void; readonly busyMs?: number } = {},
): FakeWorker {
  const runs: FakeRun[] = [];
  const intensities: number[] = [];
  const crash = createDeferred<string>();
  let terminated = false;
  return {
    lock: null,
    crashed: crash.promise,
    crash: (reason) => crash.resolve(reason),
    runs,
    intensities,
    get terminated() {
      return terminated;
    },
    run: (id) => runs.find(({ request }) => request.task.id === id),
    async terminate() {
      if (!terminated) options.onTerminate?.();
      terminated = true;
    },
    api: {
      async open({ intensity }) {
        intensities.push(intensity);
        return options.open ?? { kind: 'open', capabilities: CAPABILITIES };
      },
      run(request, hooks) {
        const answered = createDeferred<RunAnswer>();
        const fake: FakeRun = {
          request,
          hooks,
          aborted: false,
          answer: (answer) => answered.resolve(answer),
          finish: (value) =>
            answered.resolve({
              kind: 'done',
              outputs: [{ name: 'sum', bytes: 4 }],
              body: new Uint8Array(4).fill(value).buffer,
              stats: { kernelMs: 5, wallMs: 6, submissions: 1 },
              busyMs: 5,
            }),
        };
        runs.push(fake);
        return answered.promise;
      },
      async abort(run) {
        for (const fake of runs) if (fake.request.run === run) fake.aborted = true;
      },
      async setIntensity(share) {
        intensities.push(share);
      },
      busyMs: async () => options.busyMs ?? 0,
    },
  };
}

export interface FakeEnvironment extends VolunteerEnvironment {
  set(state: Partial<EnvironmentState>): void;
}

export function createFakeEnvironment(): FakeEnvironment {
  let state: EnvironmentState = { visibility: 'visible', battery: null };
  const listeners = new Set<() => void>();
  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(next) {
      state = { ...state, ...next };
      for (const listener of listeners) listener();
    },
  };
}

/** A plain blob store that counts. */
export interface FakeBlobs extends BlobStore {
  readonly trims: { readonly maxBytes: number; readonly keep: ReadonlySet<BlobId> }[];
  readonly chunks: Map<BlobId, Map<number, Bytes>>;
}

export function createFakeBlobs(): FakeBlobs {
  const chunks = new Map<BlobId, Map<number, Bytes>>();
  const lists = new Map<BlobId, Bytes>();
  const trims: FakeBlobs['trims'] = [];
  return {
    trims,
    chunks,
    chunksOf: async (id) => (chunks.has(id) ? [...(chunks.get(id)?.keys() ?? [])].sort((a, b) => a - b) : null),
    async read(ref) {
      const all: Bytes[] = [];
      for (let index = 0; index < chunkCount(ref.bytes); index++) {
        const chunk = chunks.get(ref.id)?.get(index);
        if (chunk === undefined) return null;
        all.push(chunk);
      }
      return concatBytes(all);
    },
    readChunk: async (id, index) => chunks.get(id)?.get(index) ?? null,
    readList: async (id) => lists.get(id) ?? null,
    async putList(ref, hashes) {
      lists.set(ref.id, hashes);
    },
    async putChunk(id, index, chunk) {
      const of = chunks.get(id) ?? new Map<number, Bytes>();
      of.set(index, concatBytes([chunk]));
      chunks.set(id, of);
    },
    async trim(maxBytes, keep) {
      trims.push({ maxBytes, keep });
    },
  };
}

export const SESSION: VolunteerId = v.parse(VolunteerId, 'session-of-a-test-page');
