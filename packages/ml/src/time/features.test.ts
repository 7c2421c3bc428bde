import { learnSpeed, type SpeedStats, speedKey } from '@tabgrid/scheduler/oracle';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TIME_FEATURES, timeFeatures } from './features.js';
import { CONTEXT, TASK, view } from './test-kit.js';

const named = (features: readonly number[], name: string) => {
  expect(TIME_FEATURES).toContain(name);
  return features[TIME_FEATURES.indexOf(name)];
};

const speeds = (...ms: number[]) => {
  let stats: SpeedStats | undefined;
  for (const took of ms) stats = learnSpeed(stats, 1000, took, 1000);
  return { speeds: new Map(stats ? [[speedKey(TASK.kernel, false), stats]] : []) };
};

describe('timeFeatures', () => {
  it('names each number once', () => {
    expect(new Set(TIME_FEATURES).size).toBe(TIME_FEATURES.length);
    expect(timeFeatures(view(), TASK, CONTEXT)).toHaveLength(TIME_FEATURES.length);
  });

  it('tells what the last results took against the running mean', () => {
    const features = timeFeatures(view(speeds(1000, 1000, 1000, 1000, 2000)), TASK, CONTEXT);
    expect(named(features, 'result 1 before')).toBeCloseTo(Math.log(2000 / 1500));
    expect(named(features, 'result 2 before')).toBeCloseTo(Math.log(1000 / 1500));
    expect(named(features, 'result 6 before')).toBe(0);
    expect(named(features, 'median of recent')).toBeCloseTo(Math.log(1000 / 1500));
    expect(named(features, 'longest of recent')).toBeCloseTo(Math.log(2000 / 1500));
  });

  it('flags what nobody knows', () => {
    const unknown = timeFeatures(view(), TASK, { ...CONTEXT, usualLoad: () => null });
    for (const name of ['speed', 'scores', 'usual load', 'round trip', 'link', 'telemetry', 'battery']) {
      expect(named(unknown, `${name} known`)).toBe(0);
    }
    const told = view({ telemetry: { intensity: 0.4, battery: { level: 0.2, charging: false } } });
    const known = timeFeatures(told, TASK, CONTEXT);
    expect(named(known, 'intensity')).toBe(0.4);
    expect(named(known, 'battery known')).toBe(1);
    expect(named(known, 'battery level')).toBe(0.2);
  });

  it('knows the hour and the day', () => {
    // 1 January 1970 was a Thursday; three days and six hours later it is Sunday at six.
    const features = timeFeatures(view({ now: 78 * 3_600_000 }), TASK, CONTEXT);
    expect(named(features, 'hour sine')).toBeCloseTo(1);
    expect(named(features, 'weekend')).toBe(1);
    expect(named(timeFeatures(view(), TASK, CONTEXT), 'weekend')).toBe(0);
  });

  it('falls back to the speed of the other visibility, as the plain oracle does', () => {
    expect(named(timeFeatures(view({ ...speeds(500), hidden: true }), TASK, CONTEXT), 'speed known')).toBe(1);
  });

  it('is finite and bounded whatever the views hold', () => {
    const hostile = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e308, -1e308));
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 30, maxLength: 30 }), (numbers) => {
        let at = 0;
        const n = () => numbers[at++ % numbers.length] ?? 0;
        const features = timeFeatures(
          view({
            now: n(),
            ageMs: n(),
            sinceReturnMs: n(),
            sinceSignMs: n(),
            inFlight: n(),
            roundTrip: { meanMs: n(), deviationMs: n() },
            record: { success: n(), ended: n(), failed: n(), lost: n() },
            telemetry: { intensity: n(), battery: { level: n(), charging: true } },
            link: { path: 'relay', jitterMs: n(), lateShare: n(), congestion: n(), silentMs: n() },
            grid: { volunteers: n(), busyShare: n(), waiting: n() },
            capabilities: { ...view().capabilities, cpuCores: n(), scores: { gpu: n(), cpu: n() } },
            speeds: new Map([
              [
                speedKey(TASK.kernel, false),
                { units: n(), ms: n(), samples: n(), error: n(), recent: [n(), n(), n()] },
              ],
            ]),
          }),
          { ...TASK, workUnits: n(), inputBytes: n(), outputBytes: n() },
          { ...CONTEXT, usualLoad: () => n() },
        );
        for (const feature of features) expect(Math.abs(feature)).toBeLessThanOrEqual(5);
      }),
    );
  });
});
