import type { Frame, StartTimes, Tracer } from '@tabgrid/bench-page/pathtrace/tracer';
import { median } from '../result.js';
import { cpuTimeMs } from './cpu-time.js';
import { type ErrorCurve, fitErrors, type RelativeError, relativeError, withoutReferenceNoise } from './error.js';

/** Speeds and errors of several tracers that hold the same scene. */

export interface Plan {
  /** Measurements of each tracer's speed, in turn, so that a slow spell of the machine meets all of them. */
  readonly rounds: number;
  readonly roundMs: number;
  /** Errors are taken of pictures whose sides are so many times smaller: as many samples a pixel then cost less. */
  readonly errorShrink: number;
  /** Samples a pixel of the pictures whose errors are taken, ascending; as many of them as fit the budget, two at least. */
  readonly errorSpps: readonly number[];
  readonly errorMs: number;
  /** A reference has as many samples as fit this, no more than the limit, and at least REFERENCE_TIMES the largest picture's. */
  readonly referenceMs: number;
  readonly referenceSpp: number;
}

const REFERENCE_TIMES = 4;

export interface NamedTracer {
  readonly name: string;
  readonly tracer: Tracer;
}

export interface Measured {
  readonly name: string;
  readonly start: StartTimes;
  /** Million camera samples a second of wall time, a round each. */
  readonly rates: readonly number[];
  /** Million camera samples a second of processor time × cores; empty where that is not known. */
  readonly cpuRates: readonly number[];
  readonly errors: readonly (RelativeError & { readonly spp: number; readonly measured: number })[];
  readonly curve: ErrorCurve;
  readonly reference: Float32Array;
  readonly referenceSpp: number;
}

export async function measureAll(
  tracers: readonly NamedTracer[],
  frame: Frame,
  plan: Plan,
  cores: number,
  say: (line: string) => void,
): Promise<readonly Measured[]> {
  const speeds = new Map(tracers.map(({ name }) => [name, { rates: [] as number[], cpuRates: [] as number[] }]));
  for (let round = 1; round <= plan.rounds; round++) {
    for (const { name, tracer } of tracers) {
      const before = cpuTimeMs();
      const { cameraSamples, ms, wallMs } = await timed(() => tracer.measure(plan.roundMs));
      const after = cpuTimeMs();
      const rate = cameraSamples / ms / 1000;
      const speed = speeds.get(name);
      speed?.rates.push(rate);
      // Processor time covers starts and ends that the measurement itself leaves out: taken in proportion.
      if (before !== null && after !== null && after > before)
        speed?.cpuRates.push(rate * (wallMs / ((after - before) / cores)));
      say(`  ${name}, round ${round}: ${rate.toPrecision(3)} million camera samples/s`);
    }
  }
  const measured: Measured[] = [];
  for (const { name, tracer } of tracers) {
    const { rates = [], cpuRates = [] } = speeds.get(name) ?? {};
    const [width, height] = [frame.width / plan.errorShrink, frame.height / plan.errorShrink];
    await tracer.resize(width, height);
    const msASample = (width * height) / (median(rates) * 1000);
    measured.push({ name, start: tracer.start, rates, cpuRates, ...(await errorsOf(tracer, msASample, plan)) });
    await tracer.resize(frame.width, frame.height);
    const last = measured.at(-1);
    say(
      `  ${name}: ${last?.errors.map((e) => `${e.relMse.toPrecision(3)} at ${e.spp}`).join(', ')} spp, reference ${last?.referenceSpp} spp`,
    );
  }
  return measured;
}

async function timed<T extends object>(work: () => Promise<T>): Promise<T & { readonly wallMs: number }> {
  const begun = performance.now();
  const done = await work();
  return { ...done, wallMs: performance.now() - begun };
}

async function errorsOf(
  tracer: Tracer,
  msASample: number,
  plan: Plan,
): Promise<Pick<Measured, 'errors' | 'curve' | 'reference' | 'referenceSpp'>> {
  const spps = affordable(plan.errorSpps, plan.errorMs / msASample);
  const largest = spps.at(-1) ?? 1;
  const referenceSpp = Math.min(
    plan.referenceSpp,
    Math.max(REFERENCE_TIMES * largest, Math.floor(plan.referenceMs / msASample)),
  );
  const pictures: { spp: number; picture: Float32Array }[] = [];
  for (const spp of spps) pictures.push({ spp, picture: await tracer.picture(spp) });
  const reference = await tracer.picture(referenceSpp);
  const errors = pictures.map(({ spp, picture }) => {
    const { relMse, trimmed } = relativeError(picture, reference);
    const clean = (error: number) => withoutReferenceNoise(error, spp, referenceSpp);
    return { spp, measured: relMse, relMse: clean(relMse), trimmed: clean(trimmed) };
  });
  const curve = fitErrors(errors.map(({ spp, relMse }) => ({ spp, error: relMse })));
  return { errors, curve, reference, referenceSpp };
}

/** The first of them whose sum is within the budget, and two at least. */
export function affordable(spps: readonly number[], budget: number): readonly number[] {
  let sum = 0;
  return spps.filter((spp, i) => {
    sum += spp;
    return i < 2 || sum <= budget;
  });
}
