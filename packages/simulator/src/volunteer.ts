import { type AttemptId, type Millis, type TaskId, VolunteerId } from '@tabgrid/protocol/ids';
import type { Capabilities, RunStats, TaskSpec } from '@tabgrid/protocol/task';
import type { AttemptPurpose, SchedulerEvent } from '@tabgrid/scheduler/events';
import type { Random } from '@tabgrid/scheduler/random';
import * as v from 'valibot';
import { logNormal } from './draws.js';
import { claimOf, RIGHT, type Ring } from './lies.js';
import { createLine } from './line.js';
import { qualityAt, telemetryAt } from './signs.js';
import { between, reaches, type Span } from './steps.js';
import type { Run } from './tally.js';
import type { Timeline } from './timeline.js';
import type { Uplink } from './uplink.js';
import type { Session } from './world.js';

/**
 * A volunteer's tab, as the coordinator meets it: it takes tasks, computes one after the other in the order of their coming,
 * tells what it does, and comes and goes as its session says.
 *
 * Invariants
 *  1. The coordinator hears `volunteerJoined` and `volunteerLeft` strictly in turn for each name.
 *  2. Nothing is said while it stands still or after it has left; what was on its way arrives.
 *  3. It computes for at most one attempt at a time, and only for one that it was sent and not told to stop.
 *  4. A finished result is kept until the coordinator answers it, and told again when the link is new.
 */
export interface Volunteer {
  readonly session: Session;
  /** What it returned for an attempt. Right for one that never came back. */
  value(attempt: AttemptId): string;
  /** A task message of so many bytes leaves the coordinator now. */
  send(attempt: AttemptId, spec: TaskSpec, purpose: AttemptPurpose): void;
  /** It is told to stop or to forget; the result that it may have is no longer needed. */
  cancel(attempt: AttemptId): void;
  /** Its result was accepted. */
  accepted(attempt: AttemptId): void;
  /** Its result was found wrong. */
  rejected(attempt: AttemptId): void;
  /** The coordinator closes the link. */
  dropped(): void;
  /** The job is over: whatever it is at counts as far as it got. */
  stop(): void;
}

export interface VolunteerDeps {
  readonly timeline: Timeline;
  readonly uplink: Uplink;
  readonly random: Random;
  readonly invited: boolean;
  readonly ring: Ring;
  /** What it tells of itself, but for its adapter. */
  readonly capabilities: Omit<Capabilities, 'adapter' | 'software'>;
  readonly progressMs: Millis;
  /** How often it tells of itself and is measured; null for one that never does. */
  readonly telemetryMs: Millis | null;
  /** Of its round trips, where it is measured. */
  readonly jitter: Random;
  /** Makes `id` this volunteer's, before its `volunteerJoined`. */
  name(id: VolunteerId): void;
  /** What reaches the coordinator, when it does. */
  tell(event: SchedulerEvent): void;
  ran(run: Run): void;
  /** What a task costs in truth. */
  trueUnits(spec: TaskSpec): number;
}

interface Held {
  readonly attempt: AttemptId;
  readonly spec: TaskSpec;
  readonly purpose: AttemptPurpose;
}

interface Kept {
  readonly task: TaskId;
  readonly stats: RunStats;
}

/** A task message: its head, without the blobs. */
const TASK_BYTES = 2000;

/** For how long a link was silent when it is suspect (SUSPECT_AFTER_MS of the transport). */
const SUSPECT_SILENCE_MS: Millis = 3000;

/** Who waits for the job since yesterday tells of itself from so long before its beginning on: nobody listens earlier. */
const TOLD_BEFORE_MS: Millis = 120_000;

/** As the coordinator's roster does: with results, its link is measured so often at most. */
const LINK_EVERY_MS: Millis = 2000;

/** A page that finds its link dead opens another after this. */
const RECONNECT_MS: Millis = 1000;

export function createVolunteer(deps: VolunteerDeps, session: Session): Volunteer {
  const { timeline, uplink, random, tell } = deps;
  const way = session.roundTripMs / 2;
  /** Counts names: a liar that was caught takes a new one. */
  let names = 0;
  let id = nameOf(session, names);
  let left = false;
  /** Found out, it waits before it comes back. */
  let hides = false;
  let acceptedResults = 0;
  /** Whole ones, under its present name. */
  let results = 0;
  let queue: Held[] = [];
  let current: (Held & { readonly from: Millis; readonly run: number }) | null = null;
  let runs = 0;
  let inputs: 'none' | 'coming' | 'here' = 'none';
  let uploadUntil: Millis = 0;
  const kept = new Map<AttemptId, Kept>();
  const values = new Map<AttemptId, string>();

  const line = createLine({
    timeline,
    session,
    name: () => id,
    tell(event) {
      tell(event);
      if (deps.telemetryMs === null || (event.type !== 'linkSuspect' && event.type !== 'linkOpen')) return;
      const quality = qualityAt(session.signs, timeline.now());
      const silentMs = event.type === 'linkSuspect' ? SUSPECT_SILENCE_MS : 0;
      tell({ type: 'linkMeasured', volunteer: id, quality: { ...quality, silentMs } });
    },
  });
  const { say } = line;

  const frozenNow = (): Span | undefined =>
    session.frozen.find(({ from, until }) => from <= timeline.now() && timeline.now() < until);

  const join = (): void => {
    if (left || hides || line.isOpen) return;
    line.open();
    const { network } = session;
    const { region, provider } = session.signs;
    const joined: SchedulerEvent = {
      type: 'volunteerJoined',
      volunteer: id,
      capabilities: {
        adapter: { vendor: `vendor-${session.adapter}`, architecture: '', description: '', browser: 'simulated-1' },
        software: false,
        scores: session.signs.scores,
        ...deps.capabilities,
      },
      paused: false,
      hidden: isHidden(),
      tags: { network, region, provider, owner: null, invited: deps.invited, trusted: session.own },
      telemetry: telemetryAt(session.signs, timeline.now()),
    };
    deps.name(id);
    tell(joined);
    tellRoundTrip();
    tellLink(0);
    for (const [attempt, { task, stats }] of kept) {
      say({ type: 'returned', volunteer: id, attempt, task, stats }, 3 * way);
    }
  };

  const isHidden = () => session.hidden.some(({ from, until }) => from <= timeline.now() && timeline.now() < until);

  const tellRoundTrip = () => {
    const ms = logNormal(random, session.roundTripMs, 0.15);
    const late =
      deps.telemetryMs === null ? 0 : 2 * deps.jitter.next() * qualityAt(session.signs, timeline.now()).jitterMs;
    say({ type: 'roundTripMeasured', volunteer: id, ms: ms + late });
  };

  let measuredAt: Millis = Number.NEGATIVE_INFINITY;
  const tellLink = (leastMs: Millis) => {
    const now = timeline.now();
    if (deps.telemetryMs === null || now - measuredAt < leastMs) return;
    measuredAt = now;
    say({ type: 'linkMeasured', volunteer: id, quality: qualityAt(session.signs, now) });
  };

  const tellOfItself = () => {
    if (left || frozenNow()) return;
    const told = { type: 'volunteerTold', volunteer: id, paused: false, hidden: isHidden() } as const;
    if (deps.telemetryMs === null) {
      say(told);
      return;
    }
    tellRoundTrip();
    tellLink(0);
    say({ ...told, telemetry: telemetryAt(session.signs, timeline.now()) });
  };

  /** From now on, again and again. */
  const keepTelling = (everyMs: Millis): void => {
    const next = Math.max(timeline.now() + everyMs, -TOLD_BEFORE_MS - everyMs * deps.jitter.next());
    timeline.at(next, () => {
      if (left) return;
      tellOfItself();
      keepTelling(everyMs);
    });
  };

  /** Ends what it computes, finished or not. */
  const endRun = (finished: boolean): void => {
    if (!current) return;
    const { attempt, spec, purpose, from } = current;
    const until = timeline.now();
    const units = between(session.speed, from, until);
    current = null;
    // One that was begun and ended at once, in the same message, is nothing.
    if (until > from) {
      deps.ran({ attempt, task: spec.id, session: session.index, purpose, from, until, units, finished });
    }
  };

  const work = (): void => {
    if (current || left) return;
    const next = queue[0];
    if (!next || !hasInputs(next)) return;
    queue.shift();
    const from = timeline.now();
    const run = runs++;
    current = { ...next, from, run };
    say({ type: 'started', volunteer: id, attempt: next.attempt });
    const units = deps.trueUnits(next.spec);
    const end = reaches(session.speed, from, units);
    if (end < Number.POSITIVE_INFINITY) timeline.at(end, () => finish(run));
    const progress = () => {
      if (current?.run !== run) return;
      const share = Math.min(1, between(session.speed, from, timeline.now()) / units);
      if (!frozenNow()) say({ type: 'progressed', volunteer: id, attempt: next.attempt, share });
      timeline.at(timeline.now() + deps.progressMs, progress);
    };
    timeline.at(from + deps.progressMs, progress);
  };

  const finish = (run: number): void => {
    if (current?.run !== run) return;
    const { attempt, spec, from, purpose } = current;
    endRun(true);
    const occasion = { task: spec.id, purpose, accepted: acceptedResults, mark: `${id} ${attempt}`, ring: deps.ring };
    values.set(attempt, claimOf(session.liar, occasion, random));
    if (purpose !== 'probe') results++;
    const wallMs = timeline.now() - from;
    const stats: RunStats = { kernelMs: wallMs, wallMs, submissions: 1 };
    kept.set(attempt, { task: spec.id, stats });
    uploadUntil = Math.max(uploadUntil, timeline.now()) + spec.outputBytes / session.upBytesPerMs;
    timeline.at(uploadUntil, () => upload(attempt, spec.id, stats));
    work();
  };

  const upload = (attempt: AttemptId, task: TaskId, stats: RunStats): void => {
    const frozen = frozenNow();
    if (frozen) {
      timeline.at(frozen.until, () => upload(attempt, task, stats));
    } else if (!left && kept.has(attempt)) {
      tellRoundTrip();
      tellLink(LINK_EVERY_MS);
      say({ type: 'returned', volunteer: id, attempt, task, stats });
      const { liar } = session;
      if (liar?.leavesAfter !== undefined && results >= liar.leavesAfter) caught(liar.backAfterMs);
    }
  };

  const hasInputs = ({ spec }: Held): boolean => {
    const bytes = spec.inputs.reduce((sum, input) => sum + input.bytes, 0);
    if (bytes === 0 || inputs === 'here') return true;
    if (inputs === 'none') fetchInputs(bytes);
    return false;
  };

  const fetchInputs = (bytes: number): void => {
    inputs = 'coming';
    const asked = timeline.now();
    say({ type: 'heard', volunteer: id });
    timeline.at(asked + way, () => {
      uplink.blob(bytes, session.downBytesPerMs, (leftOver) => {
        if (left) return;
        say({ type: 'heard', volunteer: id });
        if (leftOver > 0) return;
        const ms = Math.max(1, timeline.now() - asked);
        say({ type: 'bandwidthMeasured', volunteer: id, bytesPerSecond: (bytes / ms) * 1000 });
        timeline.at(timeline.now() + way, () => {
          inputs = 'here';
          work();
        });
      });
    });
  };

  const leave = (): void => {
    if (left) return;
    endRun(false);
    if (session.goodbye) say({ type: 'volunteerLeft', volunteer: id, reason: 'it said goodbye' });
    else line.silent(Number.POSITIVE_INFINITY);
    left = true;
    line.leave();
  };

  /** Its coordinator is gone, as far as it can tell: it drops what it has and opens another link. */
  const reconnect = (after: Millis): void => {
    endRun(false);
    queue = [];
    timeline.at(timeline.now() + after, join);
  };

  /** A liar that was found out, or thinks so, comes back as somebody else. */
  const caught = (backAfterMs: Millis): void => {
    endRun(false);
    queue = [];
    kept.clear();
    if (hides) return;
    hides = true;
    say({ type: 'volunteerLeft', volunteer: id, reason: 'it said goodbye' });
    timeline.at(timeline.now() + way + backAfterMs, () => {
      hides = false;
      names++;
      id = nameOf(session, names);
      acceptedResults = 0;
      results = 0;
      inputs = 'none';
      join();
    });
  };

  timeline.at(session.joinsAt, join);
  if (deps.telemetryMs !== null) keepTelling(deps.telemetryMs);
  if (session.leavesAt < Number.POSITIVE_INFINITY) timeline.at(session.leavesAt, leave);
  for (const { from, until } of session.hidden) {
    for (const at of [from, until]) {
      timeline.at(at, tellOfItself);
    }
  }
  for (const { from, until } of session.frozen) {
    timeline.at(from, () => line.silent(until));
    timeline.at(until, () => {
      if (!left && !line.isOpen) reconnect(RECONNECT_MS);
    });
  }

  return {
    session,
    value: (attempt) => values.get(attempt) ?? RIGHT,
    send(attempt, spec, purpose) {
      const arrive = line.toPage(() => {
        say({ type: 'sent', attempt });
        queue.push({ attempt, spec, purpose });
        work();
      });
      uplink.message(TASK_BYTES, arrive);
    },
    cancel(attempt) {
      line.toPage(() => {
        queue = queue.filter((held) => held.attempt !== attempt);
        kept.delete(attempt);
        if (current?.attempt === attempt) endRun(false);
        work();
      })();
    },
    accepted(attempt) {
      line.toPage(() => {
        if (kept.delete(attempt)) acceptedResults++;
      })();
    },
    rejected(attempt) {
      line.toPage(() => {
        kept.delete(attempt);
        if (session.liar) caught(session.liar.backAfterMs);
      })();
    },
    dropped() {
      line.cut('its link was closed');
      if (session.liar && !left) caught(session.liar.backAfterMs);
    },
    stop: () => endRun(false),
  };
}

function nameOf({ index }: Session, names: number): VolunteerId {
  return v.parse(VolunteerId, names === 0 ? `v${index}` : `v${index}.${names}`);
}
