import type { Bytes } from '@tabgrid/protocol/bytes';
import type { ManualClock } from '@tabgrid/protocol/clock';
import { type AttemptId, type BlobId, VolunteerId } from '@tabgrid/protocol/ids';
import { isJson } from '@tabgrid/protocol/json';
import { FromCoordinator, type FromVolunteer, type Telemetry } from '@tabgrid/protocol/link';
import { message } from '@tabgrid/protocol/message';
import type { Capabilities, TaskSpec } from '@tabgrid/protocol/task';
import { PROTOCOL_VERSION } from '@tabgrid/protocol/version';
import type { Link } from '@tabgrid/transport/link';
import * as v from 'valibot';
import { KERNELS, outputName, rightResult } from './test-results.js';

/** For tests: a volunteer's page that does as the test says, over whatever links it is given, one after the other. */

export const capabilities = (change: Partial<Capabilities> = {}): Capabilities => ({
  adapter: { vendor: 'test', architecture: 'soft', description: 'Test adapter', browser: 'test-1' },
  software: true,
  features: [],
  limits: { maxStorageBufferBindingSize: 2 ** 30, maxBufferSize: 2 ** 30 },
  cpuCores: 2,
  kernels: KERNELS,
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
  | { readonly kind: 'answer'; readonly ms?: number; readonly make: (task: TaskSpec, right: Bytes) => Bytes }
  /** Computes tasks of any kind. */
  | { readonly kind: 'compute'; readonly ms: (task: TaskSpec) => number; readonly by: Computer };

export interface Computer {
  /** A task is here. @param patches of what came along with it @returns a blob, of one chunk, that has to be asked for */
  take(given: Head<'task'>, patches: Bytes): Promise<BlobId | null>;
  /** What was asked for. */
  took(blob: BlobId, bytes: Bytes): void;
  make(task: TaskSpec): Promise<Made>;
}

/** What comes of a task. */
export type Made = Pick<Extract<FromVolunteer, { type: 'result' }>, 'outputs' | 'packed' | 'kept'> & {
  readonly body: Bytes;
};

/** A result that is sound and wrong. */
export function lie(ms = 20): Extract<Behaviour, { kind: 'answer' }> {
  return {
    kind: 'answer',
    ms,
    make(_, right) {
      new DataView(right.buffer).setFloat32(0, 123.5, true);
      return right;
    },
  };
}

/** A result that is sound and a little wrong in every pixel, as one computed with fewer samples would be. */
export function dim(ms = 20): Extract<Behaviour, { kind: 'answer' }> {
  return {
    kind: 'answer',
    ms,
    make(_, right) {
      const view = new DataView(right.buffer);
      for (let at = 0; at + 16 < right.byteLength; at += 16)
        view.setFloat32(at, 0.98 * view.getFloat32(at, true), true);
      return right;
    },
  };
}

export interface Scripted {
  /** The present one, or the last. */
  readonly link: Link;
  readonly heads: FromCoordinator[];
  readonly tasks: Head<'task'>[];
  readonly bodies: Map<string, Bytes>;
  behaviour: Behaviour;
  /** Attempts whose acknowledgement came. */
  readonly accepted: AttemptId[];
  /** Results that wait to be acknowledged: they are sent again over every new link. */
  readonly kept: ReadonlyMap<AttemptId, Bytes>;
  connect(link: Link): void;
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
  readonly helloless?: boolean;
}

export function createScripted(clock: ManualClock, options: ScriptedOptions): Scripted {
  const session = v.parse(VolunteerId, options.session);
  const kept = new Map<AttemptId, Bytes>();
  const heads = new Map<AttemptId, FromVolunteer>();
  let link: Link | null = null;
  const scripted: Scripted = {
    get link() {
      if (!link) throw new Error('it has no link yet');
      return link;
    },
    heads: [],
    tasks: [],
    bodies: new Map(),
    accepted: [],
    kept,
    behaviour: options.behaviour ?? { kind: 'work', ms: 50 },
    connect(next) {
      link = next;
      next.onMessage(({ head, body }) => {
        if (link === next) hear(v.parse(FromCoordinator, head), body);
      });
      if (options.helloless) return;
      void scripted.say({
        type: 'hello',
        protocol: options.protocol ?? PROTOCOL_VERSION,
        session,
        name: session,
        capabilities: capabilities(options.capabilities),
        telemetry: { ...TELEMETRY, ...options.telemetry },
      });
    },
    async say(head, body) {
      if (!isJson(head)) throw new Error('not JSON');
      await link?.send(message(head, body)).catch(() => {});
    },
    async result({ attempt, task }, body = rightResult(task), ref = {}) {
      const head: FromVolunteer = {
        type: 'result',
        ref: { attempt, task: ref.id ?? task.id, job: task.job },
        outputs: [{ name: outputName(task), bytes: body.byteLength }],
        stats: { kernelMs: 40, wallMs: 45, submissions: 1 },
      };
      kept.set(attempt, body);
      heads.set(attempt, head);
      await scripted.say(head, body);
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
    const ms = behaviour.kind === 'compute' ? behaviour.ms(next.task) : (behaviour.ms ?? 1);
    clock.after(ms, () => {
      busy = false;
      if (scripted.behaviour.kind !== 'silent' && queue[0] === next) {
        queue.shift();
        if (behaviour.kind === 'compute') {
          void compute(next, behaviour.by, ms);
          work();
          return;
        }
        const right = rightResult(next.task);
        void scripted.result(next, behaviour.kind === 'answer' ? behaviour.make(next.task, right) : right);
      }
      work();
    });
  };
  const take = async (by: Computer, given: Head<'task'>, patches: Bytes): Promise<void> => {
    const blob = await by.take(given, patches);
    if (blob) await scripted.say({ type: 'need', blob, list: false, chunks: [0] });
  };
  const compute = async ({ attempt, task }: Head<'task'>, by: Computer, ms: number): Promise<void> => {
    const { body, ...made } = await by.make(task);
    const head: FromVolunteer = {
      ...{ type: 'result', ref: { attempt, task: task.id, job: task.job }, ...made },
      stats: { kernelMs: ms, wallMs: ms, submissions: 1 },
    };
    kept.set(attempt, body);
    heads.set(attempt, head);
    await scripted.say(head, body);
  };
  const hear = (m: FromCoordinator, body: Bytes): void => {
    scripted.heads.push(m);
    switch (m.type) {
      case 'welcome':
        for (const [attempt, bytes] of kept) {
          const head = heads.get(attempt);
          if (head) void scripted.say(head, bytes);
        }
        return;
      case 'task':
        scripted.tasks.push(m);
        if (body.byteLength > 0) scripted.bodies.set(`task ${m.attempt}`, body);
        if (scripted.behaviour.kind === 'compute') void take(scripted.behaviour.by, m, body);
        queue.push(m);
        work();
        return;
      case 'cancel': {
        const at = queue.findIndex(({ attempt }) => attempt === m.attempt);
        if (at >= 0) queue.splice(at, 1);
        kept.delete(m.attempt);
        return;
      }
      case 'accepted':
        scripted.accepted.push(m.attempt);
        kept.delete(m.attempt);
        return;
      case 'rejected':
        kept.delete(m.attempt);
        return;
      case 'list':
        scripted.bodies.set(`list ${m.blob.id}`, body);
        return;
      case 'chunk':
        scripted.bodies.set(`${m.blob} ${m.index}`, body);
        if (scripted.behaviour.kind === 'compute') scripted.behaviour.by.took(m.blob, body);
        return;
      default:
        return;
    }
  };
  return scripted;
}
