import type { JobId, Millis } from '@tabgrid/protocol/ids';
import type { Verification } from '@tabgrid/protocol/task';
import { speedKey } from '@tabgrid/scheduler/oracle';
import type { Scheduler } from '@tabgrid/scheduler/scheduler';
import type { JobProgress, VolunteerStanding } from '@tabgrid/scheduler/views';
import { unitsASample } from '@tabgrid/splitters/render/planner';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import type { JobView, NoiseState, VolunteerView } from './api.js';
import type { Contribution } from './contributions.js';
import type { Job } from './job.js';
import { bytesOfMember, type Member } from './member.js';
import { workOf } from './work.js';

/** What pages show, made from what the parts know. */

const KERNEL = { kind: pathtraceTask.kind, version: pathtraceTask.version };

export interface Shown {
  /** Attempts that the volunteer has. */
  readonly running: number;
  /** Of the job that is shown. */
  readonly bounces: number;
  /** The scheduler's time. */
  readonly now: Millis;
}

export function volunteerView(
  member: Member,
  standing: VolunteerStanding | undefined,
  contribution: Contribution,
  { running, bounces, now }: Shown,
): VolunteerView {
  const stats = member.link?.stats();
  const state = standing?.state ?? { kind: 'joining' };
  const hidden = member.telemetry.visibility === 'hidden';
  const speed = standing?.speeds.get(speedKey(KERNEL, hidden)) ?? standing?.speeds.get(speedKey(KERNEL, !hidden));
  const bytes = bytesOfMember(member);
  const until = standing?.quarantinedUntil ?? null;
  return {
    id: member.id,
    ordinal: member.ordinal,
    name: member.name,
    state: state.kind,
    reason: 'reason' in state ? state.reason : '',
    adapter: member.capabilities.adapter,
    software: member.capabilities.software,
    hidden,
    path: stats?.path ?? member.path,
    roundTripMs: stats?.roundTripMs ?? null,
    // A work unit is one sample with one vertex of its path; see the kernel's `workUnits`.
    samplesPerSecond: speed === undefined ? null : speed / (1 + bounces),
    tilesAccepted: contribution.tiles,
    tilesRunning: running,
    kernelMs: contribution.kernelMs,
    bytesTo: bytes.to,
    bytesFrom: bytes.from,
    trust: standing?.trusted ? null : { verified: standing?.verified ?? 0, checkShare: standing?.checkShare ?? 1 },
    quarantineMs: until === null ? null : Math.max(0, until - now),
    backupFor: standing?.backupFor ?? 0,
  };
}

/** When so many more tasks of so many work units each will be done: the ends of a 95 % interval from now; null: nobody knows. */
export type Eta = (tasks: number, units: number) => JobView['etaInterval'];

const NO_ETA: Eta = () => null;

export function jobView(job: Job, scheduler: Scheduler, held: boolean, eta: Eta = NO_ETA): JobView {
  const { tasks, accepted, units, unitsDone } = job.ledger.progress;
  const rate = job.tally.rate();
  const running = job.state === 'running';
  const live = running || job.state === 'paused';
  const { attempts, work } = workOf(job, scheduler);
  const atWork = live ? runningTasks(job, scheduler) : 0;
  const later = laterUnits(job);
  const left = units - unitsDone + (later ?? 0);
  const etaMs = running && rate.units > 0 && !held && later !== null ? (left / rate.units) * 1000 : null;
  const open = tasks - accepted;
  const each = (units - unitsDone) / open;
  const predicted = etaMs === null || open <= 0 ? null : eta(Math.max(0, left / each - atWork), each);
  return {
    id: job.id,
    title: job.title,
    state: job.state,
    spec: job.spec,
    spp: Math.round(job.spp()),
    share: job.state === 'done' ? 1 : shareOf(job, later),
    etaMs,
    // What is seen of the rate is never outside of what is predicted.
    etaInterval:
      predicted && etaMs !== null
        ? { low: Math.min(predicted.low, etaMs), high: Math.max(predicted.high, etaMs) }
        : null,
    samplesPerSecond: rate.samples,
    tasks: { total: tasks, accepted, running: atWork },
    attempts,
    retries: work.again + work.backups,
    work,
    sharing: job.sharing,
    startedAt: job.startedAt,
    wallMs: job.tally.wallMs(),
    held: running && held,
    noise: noiseState(job),
    denoise: denoiseView(job),
    notice: live ? obstacle(job, scheduler, held) : job.reason,
  };
}

/** Work units beyond those asked for; null while nobody knows. */
function laterUnits({ spec, noise }: Job): number | null {
  return spec.noise === undefined ? 0 : (noise?.laterUnits ?? null);
}

/** Before the picture has been looked at, all of it counts as if it needed all the samples that it may have. */
function shareOf({ ledger, spec, job }: Job, later: number | null): number {
  const { units, unitsDone } = ledger.progress;
  const all = later === null ? spec.width * spec.height * spec.spp * unitsASample(job.base) : units + later;
  return units > 0 ? Math.min(1, unitsDone / Math.max(units, all)) : 0;
}

function noiseState({ spec, noise }: Job): NoiseState | null {
  if (spec.noise === undefined) return null;
  return { target: spec.noise, level: noise?.level ?? null, met: noise?.met ?? null };
}

function denoiseView({ spec, stage, state }: Job): JobView['denoise'] {
  if (!spec.denoise) return null;
  if (stage) return { state: stage.state, share: stage.share };
  return { state: state === 'running' || state === 'paused' ? 'waiting' : 'gone', share: 0 };
}

function runningTasks(job: Job, scheduler: Scheduler): number {
  const wholes = scheduler.outstanding().filter(({ purpose }) => purpose !== 'probe');
  return new Set(wholes.flatMap(({ task }) => (job.has(task) ? [task] : []))).size;
}

/** What keeps a running job from going on, in words; null when it goes on. */
function obstacle(job: Job, scheduler: Scheduler, held: boolean): string | null {
  if (job.state === 'paused') return 'Paused: nothing new is handed out until you resume it.';
  if (held) return 'Held: nothing new is handed out until the hold is released.';
  // Nobody has to be able to look at the picture in advance.
  return hindrance(job.id, KERNEL.kind, scheduler) ?? checks(job, scheduler);
}

/** What keeps a job's tasks of a kind from being done, in words. */
export function hindrance(job: JobId, kind: string, scheduler: Scheduler): string | null {
  const present = scheduler.volunteers().filter(({ state }) => state.kind !== 'gone');
  if (present.length === 0) {
    return 'No volunteer is here: the job waits. Open the join link in another tab, or let this computer help.';
  }
  const blocked = scheduler.blocked().find((one) => one.job === job && one.kernel.kind === kind);
  if (blocked) return `Nobody here can run ${blocked.tasks} of the tasks: they need ${blocked.lacks.join(', and ')}.`;
  if (present.some(({ state }) => state.kind === 'ready' || state.kind === 'joining')) return null;
  const reasons = present.flatMap(({ state }) => ('reason' in state ? [state.reason] : []));
  if (reasons.length === 0) return 'All volunteers are paused: the job waits for one to go on.';
  return `No volunteer can take work now (${reasons[0]}): the job waits.`;
}

/** Results that nobody here could check, in words. */
export function uncheckable(verify: Verification, progress: JobProgress | null): string | null {
  const noApart = progress?.noApart ?? 0;
  if (noApart > 0 && verify === 'spot') {
    const results = noApart === 1 ? 'One result is' : `${noApart} results are`;
    return `${results} not checked yet: nobody is here who could look at them. Invite one more volunteer, of another network for strangers, or let this computer help.`;
  }
  if (noApart > 0) {
    const results = noApart === 1 ? 'One result waits' : `${noApart} results wait`;
    return `${results} to be checked by somebody of another network: invite one more volunteer, or open the room to the public pool.`;
  }
  return null;
}

/** What the job's checks wait for. */
function checks(job: Job, scheduler: Scheduler): string | null {
  const progress = scheduler.job(job.id);
  if (!progress) return null;
  const { checking } = progress;
  const waits = uncheckable(job.job.verify, progress);
  if (waits !== null) return waits;
  if (!job.ledger.done || job.stage) return null;
  return checking > 0
    ? `The picture is whole; the last checks are under way (${checking} to go).`
    : 'The picture is whole; the last checks are under way.';
}
