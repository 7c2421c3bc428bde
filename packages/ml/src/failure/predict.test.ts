import { createPlainOracle, leavesWithinAMinute } from '@tabgrid/scheduler/oracle';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createEvaluate, weightCount } from '../nn/net.js';
import { seeded } from '../nn/test-kit.js';
import { hostileViews, volunteerView } from '../view-kit.js';
import { calibrate, calibrated, NO_CALIBRATION } from './calibrate.js';
import { FAILURE_FEATURES, failureFeatures } from './features.js';
import { chanceOf, hazardOf, hazardOfLogOdds, PIECES, plainLogOdds, summedHazard } from './hazard.js';
import { FAILURE_NET, type FailurePart, FailurePartSchema, NO_FAILURE } from './part.js';
import { createFailurePredictor, createPieces, tellPiece } from './predict.js';

const MINUTE = 60_000;

function randomPart(seed: number, size = 0.5): FailurePart {
  const next = seeded(seed);
  return {
    ...NO_FAILURE,
    weights: Float32Array.from({ length: weightCount(FAILURE_NET) }, () => size * (2 * next() - 1)),
    calibration: { level: next() - 0.5, low: 0.5 + next(), high: 0.5 + next() },
  };
}

describe('features of a failure', () => {
  it('are finite and bounded, whatever is claimed', () => {
    const rhythms = [Number.NaN, -1, 1e300, Number.POSITIVE_INFINITY].map((x) =>
      volunteerView({ rhythm: { results: x, meanMs: x, deviationMs: x }, visits: { count: x, lastMs: x } }),
    );
    for (const view of [...hostileViews(), ...rhythms]) {
      const features = failureFeatures(view);
      expect(features).toHaveLength(FAILURE_FEATURES.length);
      for (const f of features) expect(Math.abs(f)).toBeLessThanOrEqual(20);
    }
  });

  it('say nothing of the silence of who has nothing to do', () => {
    const idle = (sinceReturnMs: number) => failureFeatures(volunteerView({ inFlight: 0, sinceReturnMs }));
    expect(idle(1000)).toEqual(idle(100_000));
    const busy = (sinceReturnMs: number) => failureFeatures(volunteerView({ sinceReturnMs }));
    expect(busy(1000)).not.toEqual(busy(100_000));
  });

  it('tell what is unknown from what is none', () => {
    const never = failureFeatures(volunteerView());
    const short = failureFeatures(volunteerView({ visits: { count: 1, lastMs: 0 } }));
    expect(short).not.toEqual(never);
    const full = { intensity: 1, battery: { level: 1, charging: false } };
    expect(failureFeatures(volunteerView({ telemetry: full }))).not.toEqual(failureFeatures(volunteerView()));
  });
});

describe('a prediction of failure', () => {
  const features = failureFeatures(volunteerView());

  it('is the plain oracle’s before anything was learned', () => {
    const predict = createFailurePredictor(NO_FAILURE);
    const plain = createPlainOracle(() => 1);
    for (const ageMs of [0, 5000, 40_000, 300_000, 5_000_000]) {
      for (const within of [0, 1, 10_000, 45_000, MINUTE]) {
        const said = plain.failure(volunteerView({ ageMs }), within);
        expect(predict(features, ageMs, within)).toBeCloseTo(said, 6);
      }
    }
  });

  it('grows with the time from 0 and stays a chance, whatever was learned or asked', () => {
    const next = seeded(1);
    for (let seed = 1; seed <= 50; seed++) {
      const predict = createFailurePredictor(randomPart(seed, seed % 2 === 0 ? 0.5 : 50));
      const noise = FAILURE_FEATURES.map(() => 40 * next() - 20);
      const ageMs = 1e6 * next() ** 3;
      let before = 0;
      for (const within of [0, 1, 5000, 10_000, 10_001, 29_999, 30_000, MINUTE, MINUTE + 1, 1e6, 1e9, Infinity]) {
        const p = predict(noise, ageMs, within);
        expect(p).toBeGreaterThanOrEqual(before);
        expect(p).toBeLessThanOrEqual(1);
        before = p;
      }
      expect(predict(noise, ageMs, 0)).toBe(0);
      for (const hostile of [Number.NaN, -1, Infinity]) {
        expect(predict(noise, hostile, MINUTE)).toBeGreaterThanOrEqual(0);
        expect(
          predict(
            noise.map(() => hostile),
            hostile,
            MINUTE,
          ),
        ).toBeLessThanOrEqual(1);
      }
      expect(predict(noise, ageMs, Number.NaN)).toBe(0);
    }
  });

  it('lets survival multiply along the age', () => {
    const predict = createFailurePredictor(NO_FAILURE);
    for (const ageMs of [0, 60_000, 600_000, 3_600_000]) {
      // To stay for six minutes is to stay for one, and then for each of the others.
      let stays = 1;
      for (let minute = 0; minute < 6; minute++) stays *= 1 - predict(features, ageMs + minute * MINUTE, MINUTE);
      expect(Math.abs(1 - predict(features, ageMs, 6 * MINUTE) - stays)).toBeLessThan(0.03);
    }
    const part = createFailurePredictor(randomPart(3));
    const hazard = (within: number) => hazardOf(part(features, 30_000, within));
    // What is beyond the pieces is a fixed multiple of the plain hazard of those ages: it adds up exactly.
    const span = (a: number, b: number) => summedHazard(30_000 + b) - summedHazard(30_000 + a);
    const ratio = (hazard(120_000) - hazard(MINUTE)) / span(MINUTE, 120_000);
    expect((hazard(400_000) - hazard(120_000)) / span(120_000, 400_000)).toBeCloseTo(ratio, 6);
  });

  it('sees the hazard fall with age far beyond the minute', () => {
    const predict = createFailurePredictor(NO_FAILURE);
    const young = predict(features, 60_000, 600_000);
    expect(predict(features, 1_200_000, 600_000)).toBeLessThan(young / 1.5);
    // A constant rate would have nobody left.
    expect(young).toBeLessThan(1 - (1 - leavesWithinAMinute(60_000)) ** 10);
  });

  it('is what the net says that is trained', () => {
    const { weights, normaliser } = randomPart(6);
    const net = createEvaluate(FAILURE_NET, weights);
    const row = new Float32Array(FAILURE_NET.inputs + 3);
    for (let piece = 0; piece < PIECES; piece++) {
      row.fill(7);
      row.set(features, 3);
      tellPiece(row, 3, piece);
      const said = net(row.subarray(3))[0] ?? Number.NaN;
      const normalised = Float32Array.from(features, (f) => Math.max(-5, Math.min(5, f)));
      expect(normalised).toEqual(Float32Array.from(features));
      const hazard = createPieces({ weights, normaliser })(features, 40_000)[piece];
      expect(hazard).toBeCloseTo(hazardOfLogOdds(plainLogOdds(piece, 40_000) + said), 4);
    }
  });

  it('is not moved by what another volunteer claims', () => {
    const predict = createFailurePredictor(randomPart(4));
    const before = predict(features, 30_000, MINUTE);
    for (const view of hostileViews()) predict(failureFeatures(view), view.ageMs, MINUTE);
    expect(predict(features, 30_000, MINUTE)).toBe(before);
  });
});

describe('calibration', () => {
  const draw = (seed: number, count: number, truth: (p: number) => number) => {
    const next = seeded(seed);
    return Array.from({ length: count }, () => {
      const p = 0.02 + 0.9 * next();
      return { hazard: hazardOf(p), left: next() < truth(p) };
    });
  };

  it('changes nothing without outcomes, and hardly anything that was right', () => {
    expect(calibrate([])).toEqual(NO_CALIBRATION);
    const fitted = calibrate(draw(1, 5000, (p) => p));
    for (const p of [0.05, 0.2, 0.5, 0.8]) {
      expect(Math.abs(chanceOf(calibrated(fitted, hazardOf(p))) - p)).toBeLessThan(0.03);
    }
    expect(calibrated(NO_CALIBRATION, hazardOf(0.3))).toBeCloseTo(hazardOf(0.3), 9);
  });

  it('finds a known distortion within 0.02', () => {
    // The truth is a bent log-odds: certain people are said to be surer than they are.
    const truth = (p: number) => 1 / (1 + Math.exp(-(0.5 * Math.log(p / (1 - p)) - 0.4)));
    const fitted = calibrate(draw(2, 20_000, truth));
    for (const p of [0.1, 0.3, 0.5, 0.7, 0.85]) {
      expect(Math.abs(chanceOf(calibrated(fitted, hazardOf(p))) - truth(p))).toBeLessThan(0.02);
    }
  });

  it('keeps the order, whatever the outcomes are', () => {
    const upsideDown = calibrate(draw(3, 3000, (p) => 1 - p));
    let before = -1;
    for (let p = 0.01; p < 0.99; p += 0.01) {
      const h = calibrated(upsideDown, hazardOf(p));
      expect(h).toBeGreaterThan(before);
      before = h;
    }
  });
});

describe('a kept part', () => {
  it('is read back only whole and sound', () => {
    const part = randomPart(5);
    expect(v.parse(FailurePartSchema, structuredClone(part))).toEqual(part);
    const bad = [
      { ...part, weights: part.weights.slice(1) },
      { ...part, weights: part.weights.map(() => Number.NaN) },
      { ...part, calibration: { level: 0, low: -1, high: 1 } },
      { ...part, normaliser: { ...part.normaliser, scale: part.normaliser.scale.map(() => 0) } },
      { ...part, samples: -1 },
    ];
    for (const one of bad) expect(v.safeParse(FailurePartSchema, one).success).toBe(false);
  });
});
