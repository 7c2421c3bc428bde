import type { BlobRef } from '@tabgrid/protocol/blob';
import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import type { AttemptId, BlobId, JobId, VolunteerId } from '@tabgrid/protocol/ids';
import { MAX_ENCLOSED, MAX_ENCLOSED_BYTES } from '@tabgrid/protocol/limits';
import type { FromCoordinator, JobInfo } from '@tabgrid/protocol/link';
import type { TaskSpec } from '@tabgrid/protocol/task';
import type { SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Journal } from './journal.js';
import type { Roster } from './roster.js';

/**
 * What volunteers are told of their attempts.
 *
 * 1. A task is sent, and a result acknowledged, only when the journal has all events up to the one that said so: whatever a
 *    volunteer speaks of after a crash of this page is known to its successor, and no attempt's name is given twice. But for
 *    a view's tasks, whose names no other page uses and which none goes on with: nobody waits for the store there.
 * 2. What is enclosed goes out with its task as far as there is room; the rest is asked for like any input.
 * 3. Stop is said at once; an attempt that is stopped before it was sent is never sent.
 */
export interface Outbound {
  /** @param whole completes the task before it is sent; a task that it cannot complete has failed */
  task(to: VolunteerId, attempt: AttemptId, task: TaskSpec, of: TaskOf, whole?: () => Promise<WholeTask>): void;
  cancel(to: VolunteerId, attempt: AttemptId, reason: string): void;
  reject(to: VolunteerId, attempt: AttemptId, reason: string): void;
  /** The result is safe: the volunteer may forget it. */
  acknowledge(to: VolunteerId, attempt: AttemptId): void;
  /** Behind the acknowledgements asked for before, which volunteers count. */
  jobOver(job: JobId, stillOver: () => boolean): void;
}

/** A task as it is sent, and what of its inputs goes along. */
export interface WholeTask {
  readonly task: TaskSpec;
  readonly enclosed?: readonly Enclosure[];
}

/** An input, as a patch of what its volunteer is thought to have. */
export interface Enclosure {
  readonly blob: BlobId;
  readonly bases: readonly BlobRef[];
  readonly patch: Bytes;
}

/** What volunteers are shown of whose task it is. */
export interface TaskOf {
  readonly kind: 'render' | 'view' | 'refinement' | 'physics';
  readonly title: string;
}

export interface OutboundDeps {
  readonly journal: Pick<Journal, 'durable'>;
  readonly roster: Pick<Roster, 'send' | 'broadcast'>;
  tell(event: SchedulerEvent): void;
}

export function createOutbound({ journal, roster, tell }: OutboundDeps): Outbound {
  /** Not sent yet. */
  const waiting = new Set<AttemptId>();

  const say = (to: VolunteerId, head: FromCoordinator): void => {
    // A closed link is told of by the link itself.
    roster.send(to, head).catch(() => {});
  };

  const send = async (
    volunteer: VolunteerId,
    attempt: AttemptId,
    spec: TaskSpec,
    whole: (() => Promise<WholeTask>) | undefined,
    info: JobInfo,
  ): Promise<void> => {
    if (info.kind === 'render') await journal.durable();
    if (!waiting.has(attempt)) return;
    const failed = (error: unknown): void => {
      const failure = { code: 'badTask', message: String(error).slice(0, 200) } as const;
      tell({ type: 'failed', volunteer, attempt, failure });
    };
    // Nothing is waited for that is not needed: tasks go out before the acknowledgements that were asked for behind them.
    const made: WholeTask | null = whole
      ? await whole().catch((error: unknown) => {
          if (waiting.has(attempt)) failed(error);
          waiting.delete(attempt);
          return null;
        })
      : { task: spec };
    if (!made || !waiting.delete(attempt)) return;
    try {
      const { task, enclosed = [] } = made;
      const going = fitting(enclosed);
      const told = going.map(({ blob, bases, patch }) => ({ blob, bases: [...bases], bytes: patch.byteLength }));
      const head: FromCoordinator = { type: 'task', attempt, task, info, ...(told.length > 0 && { enclosed: told }) };
      await roster.send(volunteer, head, concatBytes(going.map(({ patch }) => patch)));
      tell({ type: 'sent', attempt });
    } catch (error) {
      if (error instanceof RangeError) failed(error.message);
    }
  };

  return {
    task(to, attempt, task, of, whole) {
      waiting.add(attempt);
      void send(to, attempt, task, whole, { job: task.job, ...of });
    },
    cancel(to, attempt, reason) {
      if (!waiting.delete(attempt)) say(to, { type: 'cancel', attempt, reason });
    },
    reject(to, attempt, reason) {
      say(to, { type: 'rejected', attempt, reason });
    },
    acknowledge(to, attempt) {
      void journal.durable().then(() => say(to, { type: 'accepted', attempt }));
    },
    jobOver(job, stillOver) {
      void journal.durable().then(() => {
        if (stillOver()) roster.broadcast({ type: 'jobOver', job });
      });
    },
  };
}

function fitting(enclosed: readonly Enclosure[]): readonly Enclosure[] {
  let room = MAX_ENCLOSED_BYTES;
  return enclosed.slice(0, MAX_ENCLOSED).filter(({ bases, patch }) => {
    if (patch.byteLength > room || bases.length > MAX_ENCLOSED) return false;
    room -= patch.byteLength;
    return true;
  });
}
