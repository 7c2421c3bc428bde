import type { Clock } from '@tabgrid/protocol/clock';
import type { Millis, RoomId, VolunteerId } from '@tabgrid/protocol/ids';
import { FromCoordinator, type FromVolunteer, type Telemetry } from '@tabgrid/protocol/link';
import { type Message, message } from '@tabgrid/protocol/message';
import type { Capabilities, Failure } from '@tabgrid/protocol/task';
import { PROTOCOL_VERSION, speaks } from '@tabgrid/protocol/version';
import type { BlobStore } from '@tabgrid/store/ports';
import type { Link } from '@tabgrid/transport/link';
import type { LinkSource, SourceStatus } from '@tabgrid/transport/source';
import * as v from 'valibot';
import type { RunningNow, VolunteerSettings, VolunteerView } from './api.js';
import { createAttempts } from './attempts.js';
import { createBlobFetcher } from './blob-fetcher.js';
import type { VolunteerEnvironment } from './environment.js';
import type { GpuHost } from './gpu-host.js';
import { TELEMETRY_MS, type VolunteerLimits } from './limits.js';
import { createOutbox, type Send } from './outbox.js';

/**
 * The lending between the person's yes and the stop: one link source, the links that come from it, the tasks that come
 * over them.
 *
 * Invariants
 *  1. At most one link is spoken to; a newer one replaces it.
 *  2. `hello` is the first message on every link; everything else waits for `welcome`.
 *  3. Every head is parsed before anything is done with it; a link that sends another head is closed.
 *  4. Tasks, results and failures of one room never reach another.
 *  5. A coordinator that is gone, with or without a goodbye, ends nothing: tasks run on, results are kept for its return.
 *  6. While paused no task is held: those at hand are given back, new ones are refused.
 */
export interface Lending {
  readonly source: SourceStatus;
  /** Why nothing runs although the person said yes; null while it may. */
  readonly pausedBy: 'person' | 'battery' | null;
  now(): RunningNow | null;
  path(): VolunteerView['path'];
  contributed(): VolunteerView['contributed'];
  setPaused(paused: boolean): void;
  /** Settings changed: tells the coordinator. */
  configure(settings: VolunteerSettings): void;
  /** Says goodbye and closes. The Worker is not its business. */
  close(reason: string): Promise<void>;
}

export interface LendingDeps {
  readonly source: LinkSource;
  readonly gpu: GpuHost;
  readonly capabilities: Capabilities;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly session: VolunteerId;
  readonly settings: VolunteerSettings;
  readonly environment: VolunteerEnvironment;
  readonly limits: VolunteerLimits;
  changed(): void;
  /** It cannot go on; the message says what to do. */
  failed(message: string): void;
}

/** Device losses in a row, without a result in between, after which the GPU is not tried again. */
const LOSSES = 5;

/** A slider that is being dragged is told once it rests so long. */
const SETTLE_MS: Millis = 300;

/** One link, from its hello on. */
interface Spoken {
  readonly link: Link;
  readonly room: RoomId | undefined;
  /** The owner's name, once welcome. */
  owner: string | null;
}

export function createLending(deps: LendingDeps): Lending {
  const { blobs: store, clock, environment, gpu, limits } = deps;
  let { settings } = deps;
  let sourceStatus: SourceStatus = { kind: 'connecting' };
  let spoken: Spoken | null = null;
  let lastRoom: RoomId | undefined;
  let pausedByPerson = false;
  let accepted = 0;
  let losses = 0;
  let closed = false;
  let bytesBefore = { in: 0, out: 0 };
  let cancelTelemetry = () => {};

  const pausedBy = (): 'person' | 'battery' | null => {
    if (pausedByPerson) return 'person';
    const { battery } = environment.state();
    return settings.pauseOnBattery && battery !== null && !battery.charging ? 'battery' : null;
  };
  let wasPausedBy = pausedBy();

  const telemetry = (): Telemetry => ({
    ...environment.state(),
    paused: pausedBy() !== null,
    intensity: settings.intensity,
    gpuBusyMs: gpu.busyMs(),
  });

  const send: Send = (m, options) => spoken?.link.send(m, options) ?? Promise.reject(new Error('no link'));

  /** Sends what may be lost with the link. */
  const say = (head: FromVolunteer) => {
    if (spoken?.owner == null) return;
    spoken.link.send(message(head), { urgent: true }).catch(() => {});
  };

  const outbox = createOutbox(limits.keptResultBytes);
  const blobs = createBlobFetcher({ store, clock, limits });
  const attempts = createAttempts({
    gpu,
    blobs,
    clock,
    limits,
    refusal: () => {
      if (pausedBy() !== null) return { code: 'stopped', message: 'the volunteer paused' };
      return outbox.keptBytes > limits.keptResultBytes
        ? { code: 'stopped', message: 'too many results wait to be accepted' }
        : null;
    },
    started: (attempt) => say({ type: 'started', attempt }),
    progress: (attempt, share) => say({ type: 'progress', attempt, share }),
    done(result) {
      losses = 0;
      outbox.result(result);
    },
    gaveUp(ref, failure) {
      outbox.failure(ref, failure);
      if (failure.code === 'deviceLost') countLoss(failure);
    },
    changed: deps.changed,
  });

  const countLoss = (failure: Failure) => {
    losses++;
    if (losses < LOSSES) return;
    deps.failed(
      `The GPU was lost ${losses} times in a row (${failure.message}). Close other heavy tabs, then start again.`,
    );
  };

  const tellTelemetry = () => {
    cancelTelemetry();
    say({ type: 'telemetry', telemetry: telemetry() });
    cancelTelemetry = clock.after(TELEMETRY_MS, () => {
      void gpu.refreshBusyMs().then(() => {
        if (!closed) tellTelemetry();
      });
      deps.changed();
    });
  };

  /** After anything that may pause, resume, or show in the telemetry: told at once, or with what follows shortly. */
  const reconsider = (tell: 'now' | 'soon' = 'now') => {
    const now = pausedBy();
    if (now !== null && wasPausedBy === null) attempts.giveBack({ code: 'stopped', message: 'the volunteer paused' });
    const changes = now !== wasPausedBy;
    wasPausedBy = now;
    if (tell === 'now' || changes) {
      tellTelemetry();
    } else {
      cancelTelemetry();
      cancelTelemetry = clock.after(SETTLE_MS, tellTelemetry);
    }
    deps.changed();
  };

  const unspeak = (gone: Spoken) => {
    const { bytesReceived, bytesSent } = gone.link.stats();
    bytesBefore = { in: bytesBefore.in + bytesReceived, out: bytesBefore.out + bytesSent };
    if (spoken !== gone) return;
    spoken = null;
    outbox.sendThrough(null);
    blobs.askThrough(null);
    deps.changed();
  };

  const speakTo = (link: Link, room: RoomId | undefined) => {
    const previous = spoken;
    // Another coordinator has no use for what is still being computed; what is finished waits for its own one.
    if (room !== lastRoom) {
      attempts.drop();
      blobs.forget(null);
    }
    outbox.enter(room);
    lastRoom = room;
    const mine: Spoken = { link, room, owner: null };
    spoken = mine;
    blobs.askThrough(null);
    if (previous) void previous.link.close('replaced by a newer link');
    void link.closed.then(() => unspeak(mine));
    link.onMessage((m) => (spoken === mine ? read(mine, m) : undefined));
    const hello: FromVolunteer = {
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      session: deps.session,
      name: settings.name,
      capabilities: deps.capabilities,
      telemetry: telemetry(),
    };
    link.send(message(hello)).catch(() => {});
    deps.changed();
  };

  const read = (mine: Spoken, { head, body }: Message): void | Promise<void> => {
    const parsed = v.safeParse(FromCoordinator, head);
    if (!parsed.success) {
      void mine.link.close(`a message that is not in the protocol: ${parsed.issues[0].message}`.slice(0, 200));
      return;
    }
    const m = parsed.output;
    if (m.type === 'welcome') return welcome(mine, m);
    if (m.type === 'refused') return deps.failed(`The owner's page refused this one: ${m.reason}`);
    if (m.type === 'goodbye') {
      // Its page may only be reloading: what it asked for goes on, and what is finished is kept, as with a lost link.
      void mine.link.close('the coordinator said goodbye');
      return;
    }
    // Before the welcome nothing else is expected, and nothing else is done.
    if (mine.owner === null) return;
    switch (m.type) {
      case 'task':
        // Sent again after a reconnect: the finished result is on its way, or it is still held.
        if (!outbox.has(m.attempt)) attempts.add(m, body);
        return;
      case 'cancel':
        attempts.cancel(m.attempt);
        outbox.forget(m.attempt);
        return;
      case 'accepted':
        if (outbox.forget(m.attempt)) accepted++;
        return deps.changed();
      case 'rejected':
        outbox.forget(m.attempt);
        return;
      case 'list':
        return blobs.list(m.blob, body);
      case 'chunk':
        return blobs.chunk(m.blob, m.index, body);
      case 'noBlob':
        return blobs.noBlob(m.blob);
      case 'jobOver':
        attempts.cancelJob(m.job);
        outbox.forgetJob(m.job);
        blobs.forget(m.job);
        return blobs.trim(attempts.inputs());
    }
  };

  const welcome = (mine: Spoken, m: Extract<FromCoordinator, { type: 'welcome' }>) => {
    if (!speaks(m.protocol)) {
      return deps.failed('This page and the owner’s page are of different versions. Reload this page.');
    }
    mine.owner = m.owner;
    outbox.sendThrough(send);
    blobs.askThrough((need) => say({ type: 'need', ...need }));
    tellTelemetry();
    deps.changed();
  };

  const unsubscribes = [
    deps.source.onStatus((status) => {
      sourceStatus = status;
      if (status.kind === 'failed') deps.failed(status.why);
      deps.changed();
    }),
    deps.source.onLink(speakTo),
    environment.onChange(() => reconsider()),
  ];
  void blobs.trim(new Set());

  return {
    get source() {
      return sourceStatus;
    },
    get pausedBy() {
      return pausedBy();
    },
    now() {
      const now = attempts.now();
      return now && { ...now, owner: spoken?.owner ?? '' };
    },
    path: () => spoken?.link.stats().path ?? null,
    contributed() {
      const live = spoken?.link.stats();
      return {
        tasks: accepted,
        gpuMs: gpu.busyMs(),
        bytesIn: bytesBefore.in + (live?.bytesReceived ?? 0),
        bytesOut: bytesBefore.out + (live?.bytesSent ?? 0),
      };
    },
    setPaused(paused) {
      pausedByPerson = paused;
      reconsider();
    },
    configure(next) {
      settings = next;
      reconsider('soon');
    },
    async close(reason) {
      if (closed) return;
      closed = true;
      for (const unsubscribe of unsubscribes) unsubscribe();
      cancelTelemetry();
      attempts.drop();
      blobs.close();
      outbox.clear();
      const last = spoken;
      say({ type: 'goodbye', reason });
      await last?.link.close(reason);
      await deps.source.close();
    },
  };
}
