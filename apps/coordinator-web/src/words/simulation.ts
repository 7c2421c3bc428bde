import { FRAMES_A_SECOND } from '@tabgrid/coordinator/bounds';
import type { SimulationView, TrajectoryFormat } from '@tabgrid/coordinator/simulation/api';
import type { ChartWords } from './chart-words.js';
import { formatCount, formatDuration, percentOf, plural } from './format.js';

/** How a simulation stands, in words. Pure. */

const STATES: Readonly<Record<SimulationView['state'], string>> = {
  running: 'Simulating',
  paused: 'Paused',
  done: 'Done',
  cancelled: 'Stopped',
  failed: 'Failed',
};

export function simulationState(state: SimulationView['state']): string {
  return STATES[state];
}

/** Whether it is not over. */
export function isSimulating(view: Pick<SimulationView, 'state'> | null): boolean {
  return view?.state === 'running' || view?.state === 'paused';
}

/** Whether it runs and nothing of it is there yet. */
export function isAtStart(view: Pick<SimulationView, 'state' | 'framesDone'>): boolean {
  return view.state === 'running' && view.framesDone === 0;
}

export function shareDone({ frames, framesDone }: Pick<SimulationView, 'frames' | 'framesDone'>): number {
  return frames > 0 ? Math.min(1, framesDone / frames) : 0;
}

export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly testid: string;
  /** What it is, for whoever asks. */
  readonly help?: string;
}

/** Per second, with a digit after the point below ten. */
function rate(perSecond: number): string {
  return perSecond < 9.95 ? String(Number(perSecond.toFixed(1))) : formatCount(perSecond);
}

export function metres(value: number): string {
  return `${Number(value.toFixed(2))} m`;
}

/** What stands beside the state. */
export function simulationFacts(view: SimulationView): readonly Fact[] {
  const { frames, framesDone } = view;
  const windowFrames = view.window / view.spec.substeps;
  return [
    { name: 'Frames', value: `${formatCount(framesDone)} / ${formatCount(frames)}`, testid: 'simulation-frames' },
    {
      name: 'Speed',
      value: `${rate(view.framesPerSecond)} frames/s`,
      testid: 'simulation-rate',
      help: `${FRAMES_A_SECOND} frames a second is as fast as the world itself.`,
    },
    {
      name: 'Regions',
      value: formatCount(view.regions),
      testid: 'simulation-regions',
      help: 'Parts of the world, each moved by one volunteer.',
    },
    {
      name: 'Margin',
      value: view.regions > 1 ? metres(view.margin) : 'none',
      testid: 'simulation-margin',
      help: 'How far a region sees into its neighbours. Alone it has none.',
    },
    {
      name: 'Window',
      value: `${plural(view.window, 'substep')}${windowFrames >= 2 ? `, ${rate(windowFrames)} frames` : ''}`,
      testid: 'simulation-window',
      help: 'How long volunteers go on before they hear of each other.',
    },
    {
      name: 'Ghosts',
      value: `${percentOf(view.ghostShare)} %`,
      testid: 'simulation-ghosts',
      help: 'Bodies that a region moves along though they are a neighbour’s, so that both come to the same.',
    },
    {
      name: 'Conflicts',
      value: formatCount(view.conflicts),
      testid: 'simulation-conflicts',
      help: 'Windows in which something came from beyond the margin.',
    },
    {
      name: 'Simulated again',
      value: formatCount(view.resimulated),
      testid: 'simulation-resimulated',
      help: 'Parts that were done again: after a conflict, in finer steps, or because a result turned out to be wrong.',
    },
  ];
}

/** How a simulation that is over went. */
export function simulationResult(view: SimulationView): string {
  const { frames, framesDone, wallMs } = view;
  const took = `in ${formatDuration(wallMs)}, ${rate(view.framesPerSecond)} frames a second`;
  const of = framesDone < frames ? `${formatCount(framesDone)} of ${plural(frames, 'frame')}` : plural(frames, 'frame');
  return `${plural(view.bodies, 'body', 'bodies')}, ${of} ${took}`;
}

/** Of which frame, and of which moment of the world, the picture is. */
export function frameText(frame: number, frames: number): string {
  const time = (count: number) => `${(count / FRAMES_A_SECOND).toFixed(2)} s`;
  return `Frame ${formatCount(frame)} of ${formatCount(frames)} · ${time(frame)} of ${time(frames)}`;
}

const PREFIXES = ['', 'k', 'M', 'G', 'T'];

/** By which power of a thousand a value is told. */
function thousands(value: number): number {
  return Math.max(0, Math.min(PREFIXES.length - 1, Math.floor(Math.log10(Math.abs(value) || 1) / 3)));
}

/** Joules with a prefix: `12.3 kJ`. */
export function joules(value: number, significantDigits = 3): string {
  const step = thousands(value);
  const scaled = Number((value / 1000 ** step).toPrecision(significantDigits));
  return `${String(scaled).replace('-', '−')} ${PREFIXES[step]}J`;
}

/** Energies along an axis, evenly spaced: all with one prefix, and as many digits as tell them apart. */
export function energyTicks(values: readonly number[]): string[] {
  const step = thousands(values.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const scaled = values.map((value) => value / 1000 ** step);
  const apart = Math.abs((scaled[1] ?? 0) - (scaled[0] ?? 0)) || 1;
  const exact = (places: number) =>
    scaled.every((value) => Math.abs(value - Number(value.toFixed(places))) < apart / 1000);
  const digits = [0, 1, 2, 3, 4, 5].find(exact) ?? 6;
  return scaled.map((value) => `${value.toFixed(digits).replace('-', '−')} ${PREFIXES[step]}J`);
}

/** Momentum that came from nowhere: 0 is 0, and anything else is told as it is. */
export function driftText(drift: number): string {
  return `${drift === 0 ? '0' : drift.toPrecision(3).replaceAll('-', '−')} kg·m/s`;
}

/** Rows that the table of energies has at most. */
const MOST_ROWS = 12;

/** @see SimulationView.energy */
export function energyWords(energy: readonly number[]): ChartWords {
  const head = ['Time', 'Energy'];
  const [first, last] = [energy[0], energy.at(-1)];
  if (first === undefined || last === undefined) return { sentence: 'No energy is known yet.', head, rows: [] };
  if (energy.length === 1) return { sentence: `${joules(first)} at first.`, head, rows: [] };
  const change = joules(Math.abs(last - first));
  const since =
    last === first
      ? 'as much as at first'
      : last > first
        ? `${change} more than at first`
        : `${change} less than at first, which contacts and friction took`;
  const count = Math.min(MOST_ROWS, energy.length);
  const rows = Array.from({ length: count }, (_, k) => {
    const frame = Math.round((k * (energy.length - 1)) / (count - 1));
    return [`${(frame / FRAMES_A_SECOND).toFixed(2)} s`, joules(energy[frame] ?? 0, 5)];
  });
  return { sentence: `${joules(last)} now: ${since}.`, head, rows };
}

const FILES: Readonly<Record<TrajectoryFormat, readonly [ending: string, type: string]>> = {
  json: ['trajectory.json', 'application/json'],
  binary: ['trajectory.bin', 'application/octet-stream'],
  glb: ['glb', 'model/gltf-binary'],
};

/** A title as part of a file's name. */
function fileWords(title: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return words === '' ? 'world' : words;
}

/** What a model of one frame is called: `pile-at-1.25-s.glb`. */
export function stillName({ title }: Pick<SimulationView, 'title'>, frame: number): string {
  return `${fileWords(title)}-at-${(frame / FRAMES_A_SECOND).toFixed(2)}-s.glb`;
}

/** What a file of all frames is called: `pile-500-bodies-120-frames.glb`. */
export function trajectoryFile(
  { title, bodies, framesDone }: Pick<SimulationView, 'title' | 'bodies' | 'framesDone'>,
  format: TrajectoryFormat,
): { readonly name: string; readonly type: string } {
  const [ending, type] = FILES[format];
  return { name: `${fileWords(title)}-${bodies}-bodies-${framesDone}-frames.${ending}`, type };
}
