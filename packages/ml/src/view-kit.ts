import { VolunteerId } from '@tabgrid/protocol/ids';
import type { VolunteerView } from '@tabgrid/scheduler/oracle';
import * as v from 'valibot';
import type { FeatureContext } from './context.js';

/** For tests: a volunteer that there is nothing special about. */
export function volunteerView(changes: Partial<VolunteerView> = {}): VolunteerView {
  return {
    id: v.parse(VolunteerId, 'v1'),
    now: 100_000,
    capabilities: {
      adapter: { vendor: 'vendor', architecture: '', description: '', browser: 'chrome-140' },
      software: false,
      features: [],
      limits: {},
      cpuCores: 4,
      kernels: [],
    },
    hidden: false,
    ageMs: 60_000,
    speeds: new Map([['k@1', { units: 1000, ms: 1000, samples: 5, error: 0.1 }]]),
    roundTrip: { meanMs: 60, deviationMs: 10 },
    record: { success: 1, ended: 5, failed: 0, lost: 0 },
    inFlight: 2,
    sinceSignMs: 500,
    sinceReturnMs: 2000,
    telemetry: { intensity: 1, battery: null },
    link: { path: 'direct', jitterMs: 5, lateShare: 0, congestion: 0.1, silentMs: 300 },
    origin: { network: null, owner: null, region: null, provider: null },
    grid: { volunteers: 10, busyShare: 0.9, waiting: 100 },
    share: { attempts: 3, probability: 1 },
    ...changes,
  };
}

/** For tests: a Thursday at midnight, nothing known about loads. */
export const CONTEXT: FeatureContext = { wallAtZero: 0, timeZoneMinutes: 0, usualLoad: () => null };

/** For tests: everything that a hostile or broken page could tell. */
export function hostileViews(): readonly VolunteerView[] {
  const views: VolunteerView[] = [];
  for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -1e300, 1e300, 0]) {
    const { capabilities } = volunteerView();
    views.push(
      volunteerView({
        now: x,
        capabilities: { ...capabilities, cpuCores: x, scores: { gpu: x, cpu: x } },
        ageMs: x,
        speeds: new Map([['k@1', { units: x, ms: x, samples: x, error: x }]]),
        roundTrip: { meanMs: x, deviationMs: x },
        record: { success: x, ended: x, failed: x, lost: x },
        inFlight: x,
        sinceSignMs: x,
        sinceReturnMs: x,
        telemetry: { intensity: x, battery: { level: x, charging: true } },
        link: { path: 'relay', jitterMs: x, lateShare: x, congestion: x, silentMs: x },
        origin: { network: '', owner: '', region: '\u0000'.repeat(10_000), provider: '\ud800' },
        grid: { volunteers: x, busyShare: x, waiting: x },
        share: { attempts: x, probability: x },
      }),
    );
  }
  views.push(volunteerView({ telemetry: null, link: null, roundTrip: null, speeds: new Map() }));
  return views;
}
