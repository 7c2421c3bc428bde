import { failureFeatures } from '@tabgrid/ml/failure/features';
import { HORIZON_MS, type PresenceObservation } from '@tabgrid/ml/observation';
import { type Millis, VolunteerId } from '@tabgrid/protocol/ids';
import {
  learnRhythm,
  learnVisit,
  leavesWithinAMinute,
  type RhythmStats,
  type VisitStats,
  type VolunteerView,
} from '@tabgrid/scheduler/oracle';
import { type Results, SESSION_GAP_MS } from '@tabgrid/simulator/trace';
import * as v from 'valibot';

/** Looks at the volunteers of a recorded trace, every ten seconds of a session's age, with what was known at that moment. */

const EVERY_MS: Millis = 10_000;

export interface TraceLook {
  readonly observation: PresenceObservation;
  /** When it was looked, on the trace's clock. */
  readonly now: Millis;
  readonly recencyMs: Millis;
  /** null where the trace ends before that can be known. */
  readonly left: boolean | null;
}

/** @param shiftMs added to the times of the observations */
export function looksOf(results: Results, shiftMs: Millis = 0): readonly TraceLook[] {
  const end = Math.max(...[...results.values()].map((times) => times.at(-1) ?? 0));
  const looks: TraceLook[] = [];
  for (const [volunteer, times] of results) {
    let visits: VisitStats | undefined;
    for (const session of sessionsOf(times)) {
      looks.push(...looksAt(volunteer, session, visits, end, shiftMs));
      visits = learnVisit(visits, (session.at(-1) ?? 0) - (session[0] ?? 0));
    }
  }
  return looks.sort((a, b) => a.now - b.now || (a.observation.volunteer < b.observation.volunteer ? -1 : 1));
}

function sessionsOf(times: readonly Millis[]): readonly (readonly Millis[])[] {
  const sessions: Millis[][] = [];
  for (const at of times) {
    const current = sessions.at(-1);
    if (current && at - (current.at(-1) ?? 0) <= SESSION_GAP_MS) current.push(at);
    else sessions.push([at]);
  }
  return sessions;
}

function looksAt(
  volunteer: number,
  session: readonly Millis[],
  visits: VisitStats | undefined,
  traceEnd: Millis,
  shiftMs: Millis,
): readonly TraceLook[] {
  const from = session[0] ?? 0;
  const last = session.at(-1) ?? from;
  // Whose last result lies close to the end of the trace may have gone on: that is censored.
  const seenToLeave = traceEnd - last >= SESSION_GAP_MS;
  const id = v.parse(VolunteerId, `v${volunteer}`);
  const looks: TraceLook[] = [];
  let rhythm: RhythmStats | undefined;
  let known = 0;
  for (let now = from; now <= last; now += EVERY_MS) {
    for (let at = session[known]; at !== undefined && at <= now; at = session[++known]) {
      rhythm = learnRhythm(rhythm, at - (session[known - 1] ?? at));
    }
    const ageMs = now - from;
    const recencyMs = now - (session[known - 1] ?? from);
    const left = seenToLeave && last - now <= HORIZON_MS;
    const watchedMs = Math.min(HORIZON_MS, (left ? last : traceEnd) - now);
    looks.push({
      now,
      recencyMs,
      left: left || watchedMs === HORIZON_MS ? left : null,
      observation: {
        type: 'presence',
        at: shiftMs + now + watchedMs,
        volunteer: id,
        features: failureFeatures(viewOf(id, now, ageMs, recencyMs, rhythm, visits)),
        ageMs,
        watchedMs,
        left,
        plain: leavesWithinAMinute(ageMs),
        said: leavesWithinAMinute(ageMs),
      },
    });
  }
  return looks;
}

/** A trace tells of nothing but results: all else is as for a volunteer that nothing is known of. */
function viewOf(
  id: VolunteerId,
  now: Millis,
  ageMs: Millis,
  recencyMs: Millis,
  rhythm: RhythmStats | undefined,
  visits: VisitStats | undefined,
): VolunteerView {
  const adapter = { vendor: '', architecture: '', description: '', browser: '' };
  return {
    id,
    now,
    capabilities: { adapter, software: false, features: [], limits: {}, cpuCores: 1, kernels: [] },
    hidden: false,
    ageMs,
    speeds: new Map(),
    roundTrip: null,
    record: { success: 1, ended: rhythm?.results ?? 0, failed: 0, lost: 0 },
    inFlight: 1,
    sinceSignMs: recencyMs,
    sinceReturnMs: recencyMs,
    telemetry: null,
    link: null,
    origin: { network: id, owner: null, region: null, provider: null },
    grid: { volunteers: 1, busyShare: 1, waiting: 0 },
    share: { attempts: 1, probability: 1 },
    rhythm,
    visits,
  };
}
