import { expect, it } from 'vitest';
import { CONTEXT, hostileViews, volunteerView } from '../view-kit.js';
import { LATENCY_FEATURES, latencyFeatures } from './features.js';

const named = (changes: Parameters<typeof volunteerView>[0], context = CONTEXT) => {
  const features = latencyFeatures(volunteerView(changes), context);
  return (name: string) => features[LATENCY_FEATURES.indexOf(name)] ?? Number.NaN;
};

it('there are as many as their names say', () => {
  expect(latencyFeatures(volunteerView(), CONTEXT)).toHaveLength(LATENCY_FEATURES.length);
  expect(new Set(LATENCY_FEATURES).size).toBe(LATENCY_FEATURES.length);
});

it('stay finite and bounded whatever a page tells', () => {
  for (const view of hostileViews()) {
    for (const usualLoad of [() => null, () => Number.NaN, () => 1e9]) {
      for (const wallAtZero of [0, Number.NaN, 1e300, -1e15]) {
        for (const [i, x] of latencyFeatures(view, { ...CONTEXT, wallAtZero, usualLoad }).entries()) {
          expect(Number.isFinite(x) && Math.abs(x) < 50, `${LATENCY_FEATURES[i]} = ${x}`).toBe(true);
        }
      }
    }
  }
});

it('see the path, one at a time', () => {
  for (const path of ['direct', 'turn', 'relay', 'local'] as const) {
    const feature = named({ link: { path, jitterMs: 1, lateShare: 0, congestion: 0, silentMs: 0 } });
    expect(['direct', 'turn', 'relay', 'local'].map(feature)).toEqual(
      ['direct', 'turn', 'relay', 'local'].map((p) => Number(p === path)),
    );
    expect(feature('noLink')).toBe(0);
  }
  expect(['noLink', 'direct', 'turn', 'relay', 'local'].map(named({ link: null }))).toEqual([1, 0, 0, 0, 0]);
});

it('know that they do not know', () => {
  const nobody = named({ roundTrip: null, origin: { network: null, owner: null, region: null, provider: null } });
  expect(['noRoundTrip', 'noRegion', 'noProvider'].map(nobody)).toEqual([1, 1, 1]);
  const somebody = named({ origin: { network: null, owner: null, region: 'FR', provider: 'AS1234' } });
  expect(['noRoundTrip', 'noRegion', 'noProvider'].map(somebody)).toEqual([0, 0, 0]);
});

it('put a region and a provider into one place each, always the same', () => {
  const places = (region: string, provider: string) => {
    const features = latencyFeatures(
      volunteerView({ origin: { network: null, owner: null, region, provider } }),
      CONTEXT,
    );
    return LATENCY_FEATURES.flatMap((name, i) =>
      /^(region|provider)\d/.test(name) && features[i] === 1 ? [name] : [],
    );
  };
  expect(places('FR', 'AS1')).toHaveLength(2);
  expect(places('FR', 'AS1')).toEqual(places('FR', 'AS1'));
  const used = new Set(Array.from({ length: 60 }, (_, i) => places('FR', `AS${i}`)[1]));
  expect(used.size).toBe(8);
});

it('see the hour as a circle', () => {
  const at = (hour: number) => named({ now: 0 }, { ...CONTEXT, wallAtZero: hour * 3_600_000 });
  const near = Math.hypot(at(23.9)('hourSin') - at(0.1)('hourSin'), at(23.9)('hourCos') - at(0.1)('hourCos'));
  const far = Math.hypot(at(12)('hourSin') - at(0.1)('hourSin'), at(12)('hourCos') - at(0.1)('hourCos'));
  expect(near).toBeLessThan(0.1);
  expect(far).toBeGreaterThan(1.9);
  // 1 January 1970 was a Thursday.
  expect([0, 24, 48, 72].map((hour) => at(hour)('weekend'))).toEqual([0, 0, 1, 1]);
});
