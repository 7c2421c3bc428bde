import type { FeatureContext } from '@tabgrid/ml/context';
import { timeFeatures } from '@tabgrid/ml/time/features';
import { VolunteerId } from '@tabgrid/protocol/ids';
import {
  createPlainOracle,
  learnSpeed,
  measuredSpeed,
  type SpeedStats,
  speedKey,
  type TaskView,
  type VolunteerView,
} from '@tabgrid/scheduler/oracle';
import { SESSION_GAP_MS, type TraceResult } from '@tabgrid/simulator/trace';
import * as v from 'valibot';
import { median } from '../../result.js';
import type { Asked, Ended } from './stream.js';

/**
 * Real volunteers' results as a stream of near-equal tasks: each gap between two results of one session is a run time. What a
 * scheduler would know is built up result by result.
 */

const KERNEL = { kind: 'nodio', version: '1' };
const KEY = speedKey(KERNEL, false);
const TASK: TaskView = { kernel: KERNEL, workUnits: 1000, inputBytes: 0, outputBytes: 0 };
/** The traces do not tell the hour: it stands still. */
const CONTEXT: FeatureContext = { wallAtZero: 0, timeZoneMinutes: 0, usualLoad: () => null };
const CAPABILITIES = {
  adapter: { vendor: '', architecture: '', description: '', browser: '' },
  ...{ software: false, features: [], limits: {}, cpuCores: 1, kernels: [KERNEL] },
};

interface Known {
  readonly id: VolunteerId;
  speed: SpeedStats | undefined;
  joinedAt: number;
  lastAt: number;
  ended: number;
  lost: number;
  asked: Asked | null;
}

/** @param name goes before the volunteers' numbers, so that those of two traces are told apart */
export function* nodioStream(name: string, results: readonly TraceResult[]): Generator<Asked | Ended> {
  const volunteers = new Map<number, Known>();
  let ids = 0;
  let prior = 1000;
  const oracle = createPlainOracle(() => prior);
  for (const [i, { ms: now, volunteer }] of results.entries()) {
    const known: Known = volunteers.get(volunteer) ?? {
      id: v.parse(VolunteerId, `${name}-${volunteer}`),
      ...{ speed: undefined, joinedAt: now, lastAt: now, ended: 0, lost: 0, asked: null },
    };
    volunteers.set(volunteer, known);
    const { asked } = known;
    if (asked && now - known.lastAt <= SESSION_GAP_MS) {
      const ms = Math.max(1, now - known.lastAt);
      yield { kind: 'ended', id: asked.id, at: now, ms, end: 'done' };
      known.speed = learnSpeed(known.speed, TASK.workUnits, ms, asked.plain.median);
      known.ended++;
    } else if (asked) {
      // It left in the middle of one: how long that would have taken is not known, and neither is when it left.
      known.lost++;
      known.ended++;
      known.joinedAt = now;
    }
    known.lastAt = now;
    // A newcomer is expected to be as fast as the median of those who have been there.
    if (i % 100 === 0) prior = priorOf([...volunteers.values()]) ?? prior;
    const view = viewOf(known, now, [...volunteers.values()]);
    known.asked = {
      kind: 'asked',
      id: ids++,
      volunteer: known.id,
      kernel: `${KERNEL.kind}@${KERNEL.version}`,
      features: timeFeatures(view, TASK, CONTEXT),
      plain: oracle.duration(view, TASK),
      units: TASK.workUnits,
      scene: null,
      results: known.speed?.samples ?? 0,
      ageMs: view.ageMs,
    };
    yield known.asked;
  }
}

function priorOf(volunteers: readonly Known[]): number | null {
  const speeds = volunteers.flatMap(({ speed }) => {
    const measured = speed && measuredSpeed({ speeds: new Map([[KEY, speed]]), hidden: false }, KERNEL);
    return measured ? [measured] : [];
  });
  return speeds.length === 0 ? null : median(speeds);
}

function viewOf({ id, speed, joinedAt, ended, lost }: Known, now: number, all: readonly Known[]): VolunteerView {
  const present = all.filter(({ lastAt }) => now - lastAt <= SESSION_GAP_MS).length;
  return {
    id,
    now: 0,
    capabilities: CAPABILITIES,
    hidden: false,
    ageMs: now - joinedAt,
    speeds: new Map(speed ? [[KEY, speed]] : []),
    roundTrip: null,
    record: { success: ended === 0 ? 1 : 1 - lost / ended, ended, failed: 0, lost },
    ...{ inFlight: 0, sinceSignMs: 0, sinceReturnMs: 0, telemetry: null, link: null },
    origin: { network: null, owner: null, region: null, provider: null },
    grid: { volunteers: present, busyShare: 1, waiting: 1000 },
    share: { attempts: 1, probability: 1 },
  };
}
