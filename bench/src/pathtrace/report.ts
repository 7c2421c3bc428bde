import { median, type Table } from '../result.js';
import { brightness, errorAt, relativeError, sppFor } from './error.js';
import type { Measured } from './measure.js';

/** Figures and tables of one scene. */

/** Equal error means the error that ours has after so many samples a pixel. */
export const TARGET_SPP = 8;

const THREE = ['webgl', 'wavefront', 'megakernel'];
/** three-gpu-pathtracer's best tracer, and Cycles. */
const RIVALS: Readonly<Record<string, readonly string[]>> = { ThreeGpuPathtracer: THREE, Cycles: ['cycles'] };

export function figuresOf(scene: string, measured: readonly Measured[]): Record<string, number> {
  const figures: Record<string, number> = {};
  const ours = measured.find(({ name }) => name === 'ours');
  for (const [rival, names] of Object.entries(RIVALS)) {
    const peers = measured.filter(({ name }) => names.includes(name));
    if (!ours || peers.length === 0) continue;
    const target = errorAt(ours.curve, TARGET_SPP);
    const best = (value: (one: Measured) => number) => Math.max(...peers.map(value));
    const cpu = (one: Measured) => (one.cpuRates.length > 0 ? median(one.cpuRates) : Number.NaN);
    const efficiency = (one: Measured) => median(one.rates) / sppFor(one.curve, target);
    figures[`${scene}.over${rival}`] = rateOf(ours) / best(rateOf);
    figures[`${scene}.over${rival}AtEqualError`] = efficiency(ours) / best(efficiency);
    if (peers.every((one) => one.cpuRates.length > 0))
      figures[`${scene}.over${rival}PerCpuSecond`] = cpu(ours) / best(cpu);
    figures[`${scene}.firstPixelOver${rival}`] = ours.start.firstPixelMs / Math.min(...peers.map(firstPixel));
  }
  for (const one of measured) {
    const name = `${scene}.${one.name}`;
    figures[`${name}.millionSamplesPerSecond`] = rateOf(one);
    figures[`${name}.firstPixelMs`] = one.start.firstPixelMs;
    figures[`${name}.compileMs`] = one.start.compileMs;
    figures[`${name}.buildMs`] = one.start.buildMs;
    figures[`${name}.relMseAt${TARGET_SPP}`] = errorAt(one.curve, TARGET_SPP);
    figures[`${name}.errorRate`] = one.curve.rate;
    figures[`${name}.referenceSpp`] = one.referenceSpp;
    if (ours && one !== ours) Object.assign(figures, agreement(name, ours, one));
  }
  return figures;
}

const rateOf = (one: Measured) => median(one.rates);
const firstPixel = (one: Measured) => one.start.firstPixelMs;

/**
 * relMSE between the converged pictures; the noise that both still have, by their own error curves, counts as well and is
 * told apart.
 */
function agreement(name: string, ours: Measured, peer: Measured): Record<string, number> {
  return {
    [`${name}.disagreement`]: relativeError(peer.reference, ours.reference).relMse,
    [`${name}.disagreementNoise`]: errorAt(ours.curve, ours.referenceSpp) + errorAt(peer.curve, peer.referenceSpp),
    [`${name}.brightnessOverOurs`]: brightness(peer.reference) / brightness(ours.reference),
  };
}

export function tableOf(scene: string, measured: readonly Measured[]): Table {
  const ours = measured.find(({ name }) => name === 'ours');
  const target = ours && errorAt(ours.curve, TARGET_SPP);
  const seconds = (ms: number) => (ms / 1000).toFixed(2);
  return {
    title: `${scene}: path tracers`,
    header: [
      'tracer',
      'M samples/s',
      `relMSE at ${TARGET_SPP} spp`,
      'trimmed',
      'spp to ours',
      'first sample s',
      'compile s',
      'build s',
      'disagreement',
      'of it noise',
      'brightness',
    ],
    rows: measured.map((one) => {
      const last = one.errors.at(-1);
      const agreed = ours && one !== ours ? agreement('', ours, one) : {};
      const shown = (value: number | undefined) => (value === undefined ? '–' : value.toPrecision(3));
      return [
        one.name,
        rateOf(one).toPrecision(3),
        errorAt(one.curve, TARGET_SPP).toPrecision(3),
        last ? `${last.trimmed.toPrecision(3)} at ${last.spp}` : '–',
        shown(target && sppFor(one.curve, target)),
        seconds(one.start.firstPixelMs),
        seconds(one.start.compileMs),
        seconds(one.start.buildMs),
        shown(agreed['.disagreement']),
        shown(agreed['.disagreementNoise']),
        shown(agreed['.brightnessOverOurs']),
      ];
    }),
  };
}
