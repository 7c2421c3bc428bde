import type { Millis } from '@tabgrid/protocol/ids';
import { speedKey } from '@tabgrid/scheduler/oracle';
import type { Scheduler, VolunteerStanding } from '@tabgrid/scheduler/scheduler';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import type { JobView, VolunteerView } from './api.js';
import type { Job } from './job.js';
import { bytesOfMember, type Member } from './roster.js';

/** What pages show, made from what the parts know. */

const KERNEL = { kind: pathtraceTask.kind, version: pathtraceTask.version };

export interface Contribution {
  tiles: number;
  kernelMs: Millis;
}

export function volunteerView(
  member: Member,
  standing: VolunteerStanding | undefined,
  contribution: Contribution | undefined,
  running: number,
  bounces: number,
): VolunteerView {
  const stats = member.link?.stats();
  const state = standing?.state ?? { kind: 'joining' };
  const hidden = member.telemetry.visibility === 'hidden';
  const speed = standing?.speeds.get(speedKey(KERNEL, hidden)) ?? standing?.speeds.get(speedKey(KERNEL, !hidden));
  const bytes = bytesOfMember(member);
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
    tilesAccepted: contribution?.tiles ?? 0,
    tilesRunning: running,
    kernelMs: contribution?.kernelMs ?? 0,
    bytesTo: bytes.to,
    bytesFrom: bytes.from,
  };
}

export function jobView(job: Job, scheduler: Scheduler, held: boolean): JobView {
  const progress = job.progress();
  const rate = job.tally.rate();
  const runningNow = job.state === 'running';
  const inScheduler = scheduler.job(job.id);
  return {
    id: job.id,
    title: job.title,
    state: job.state,
    spec: job.spec,
    spp: job.spp(),
    share: progress.share,
    etaMs: runningNow && rate.units > 0 && !held ? (progress.unitsLeft / rate.units) * 1000 : null,
    samplesPerSecond: rate.samples,
    tasks: {
      total: progress.total,
      accepted: progress.accepted,
      running: runningNow ? new Set(scheduler.outstanding().map(({ task }) => task)).size : 0,
    },
    attempts: job.attempts + (inScheduler?.attempts ?? 0),
    retries: job.retries + (inScheduler?.retries ?? 0),
    startedAt: job.startedAt,
    wallMs: job.tally.wallMs(),
    held: runningNow && held,
    notice: runningNow ? obstacle(scheduler, held) : job.reason,
  };
}

/** What keeps a running job from going on, in words; null when it goes on. */
function obstacle(scheduler: Scheduler, held: boolean): string | null {
  if (held) return 'Held: nothing new is handed out until the hold is released.';
  const present = scheduler.volunteers().filter(({ state }) => state.kind !== 'gone');
  if (present.length === 0) {
    return 'No volunteer is here: the job waits. Open the join link in another tab, or let this computer help.';
  }
  const [blocked] = scheduler.blocked();
  if (blocked) return `Nobody here can run ${blocked.tasks} of the tasks: they need ${blocked.lacks.join(', and ')}.`;
  if (present.some(({ state }) => state.kind === 'ready' || state.kind === 'joining')) return null;
  const reasons = present.flatMap(({ state }) => ('reason' in state ? [state.reason] : []));
  if (reasons.length === 0) return 'All volunteers are paused: the job waits for one to go on.';
  return `No volunteer can take work now (${reasons[0]}): the job waits.`;
}
