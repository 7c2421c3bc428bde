import type { RenderSpec } from '@tabgrid/coordinator/api';
import { CLAMPS, FIRST_SAMPLES, NOISE_TARGETS } from '@tabgrid/coordinator/bounds';
import { APERTURES, FOCUS_DISTANCES } from '@tabgrid/coordinator/camera';
import { MAX_FILM_SIDE_PX } from '@tabgrid/protocol/limits';
import type { Verification } from '@tabgrid/protocol/task';
import { formatCount } from './format.js';

/**
 * The picture's settings as a person types them: text fields that may be half-written. The coordinator checks again; here the
 * message stands beside its field while it is typed.
 */

export type NumberField =
  | 'width'
  | 'height'
  | 'spp'
  | 'bounces'
  | 'seed'
  | 'tile'
  | 'aperture'
  | 'focus'
  | 'noise'
  | 'clamp';

export interface Draft extends Readonly<Record<NumberField, string>> {
  /** A camera's name; empty takes the first, or a framing of the whole scene. */
  readonly camera: string;
  readonly verify: Verification;
  /** Whether noise is taken out of the finished picture. */
  readonly denoise: boolean;
}

export const FIRST_DRAFT: Draft = {
  width: '960',
  height: '540',
  spp: '64',
  bounces: '6',
  seed: '1',
  tile: '',
  aperture: '',
  focus: '',
  noise: '',
  clamp: '',
  camera: '',
  verify: 'spot',
  denoise: false,
};

/** What a number may be. */
export interface Rule {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Whether an empty field is an answer. */
  readonly optional?: boolean;
  /** Whether fractions are answers. */
  readonly fractions?: boolean;
  readonly unit: string;
  /** What it does, for whoever asks. */
  readonly help?: string;
}

const APERTURE_HELP =
  'f-number of the lens, as on a 35 mm camera: the smaller, the more is blurred. Empty shows everything sharp.';
const NOISE_HELP =
  'Goes on where the picture is noisier than this: 0.02 is 2 % of the light around a pixel. A pixel then gets at most as many samples as you ask for. Empty gives every pixel the same.';
const CLAMP_HELP =
  'Cuts off what one sample may bring over more than one surface: fewer bright specks, a little less light. Empty cuts nothing off.';
const FOCUS_HELP = 'How far away things are sharp. Empty focuses on what stands in the middle of the picture.';

export const RULES: Readonly<Record<NumberField, Rule>> = {
  width: { name: 'Width', min: 1, max: MAX_FILM_SIDE_PX, unit: ' pixels' },
  height: { name: 'Height', min: 1, max: MAX_FILM_SIDE_PX, unit: ' pixels' },
  spp: { name: 'Samples', min: 1, max: 65_536, unit: '' },
  bounces: { name: 'Bounces', min: 1, max: 64, unit: '' },
  seed: { name: 'Seed', min: 0, max: 0xffff_ffff, unit: '' },
  tile: { name: 'Tile', min: 8, max: 512, optional: true, unit: ' pixels' },
  aperture: { name: 'Aperture, f/', ...APERTURES, optional: true, fractions: true, unit: '', help: APERTURE_HELP },
  focus: { name: 'Focus, metres', ...FOCUS_DISTANCES, optional: true, fractions: true, unit: '', help: FOCUS_HELP },
  noise: { name: 'Noise target', ...NOISE_TARGETS, optional: true, fractions: true, unit: '', help: NOISE_HELP },
  clamp: { name: 'Firefly clamp', ...CLAMPS, optional: true, fractions: true, unit: '', help: CLAMP_HELP },
};

export const NUMBER_FIELDS: readonly NumberField[] = [
  'width',
  'height',
  'spp',
  'bounces',
  'seed',
  'tile',
  'aperture',
  'focus',
  'noise',
  'clamp',
];

export type Problems = Readonly<Partial<Record<NumberField, string>>>;

function formatBound(bound: number): string {
  return Number.isInteger(bound) ? formatCount(bound) : String(Number(bound.toPrecision(2)));
}

/** What is wrong with one field, or null. */
export function problemOf(field: NumberField, text: string): string | null {
  return problemWith(RULES[field], text);
}

/** What is wrong with a number as it is typed, or null. */
export function problemWith(rule: Rule, text: string): string | null {
  const trimmed = text.trim();
  if (trimmed === '') return rule.optional === true ? null : `${rule.name} is empty.`;
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return `${rule.name} is not a number.`;
  if (rule.fractions !== true && !Number.isInteger(value)) return `${rule.name} must be a whole number.`;
  if (value < rule.min || value > rule.max) {
    return `${rule.name} goes from ${formatBound(rule.min)} to ${formatBound(rule.max)}${rule.unit}.`;
  }
  return null;
}

/** A spec that can be launched, or what stands in the way, by field. */
export function readDraft(
  draft: Draft,
): { readonly ok: true; readonly spec: RenderSpec } | { readonly ok: false; readonly problems: Problems } {
  const problems: Partial<Record<NumberField, string>> = {};
  for (const field of NUMBER_FIELDS) {
    const problem = problemOf(field, draft[field]);
    if (problem !== null) problems[field] = problem;
  }
  if (draft.noise.trim() !== '' && Number(draft.spp) < FIRST_SAMPLES) {
    problems.spp ??= `With a noise target a pixel gets ${FIRST_SAMPLES} samples at least: allow it so many.`;
  }
  if (Object.keys(problems).length > 0) return { ok: false, problems };
  return {
    ok: true,
    spec: {
      width: Number(draft.width),
      height: Number(draft.height),
      spp: Number(draft.spp),
      bounces: Number(draft.bounces),
      seed: Number(draft.seed),
      camera: draft.camera === '' ? null : draft.camera,
      ...(draft.aperture.trim() !== '' && { aperture: Number(draft.aperture) }),
      ...(draft.focus.trim() !== '' && { focus: Number(draft.focus) }),
      ...(draft.noise.trim() !== '' && { noise: Number(draft.noise) }),
      ...(draft.clamp.trim() !== '' && { clamp: Number(draft.clamp) }),
      ...(draft.denoise && { denoise: true }),
      tile: draft.tile.trim() === '' ? null : Number(draft.tile),
      verify: draft.verify,
    },
  };
}

export interface SizePreset {
  readonly label: string;
  readonly width: number;
  readonly height: number;
}

export const SIZE_PRESETS: readonly SizePreset[] = [
  { label: 'Quick look', width: 480, height: 270 },
  { label: 'Half HD', width: 960, height: 540 },
  { label: 'Full HD', width: 1920, height: 1080 },
  { label: '4K', width: 3840, height: 2160 },
  { label: 'Square', width: 1024, height: 1024 },
  { label: 'Portrait', width: 1080, height: 1350 },
];

/** `960x540` when the draft is one of the presets, else empty: the preset list's value. */
export function presetOf(draft: Draft): string {
  const match = SIZE_PRESETS.find((p) => String(p.width) === draft.width && String(p.height) === draft.height);
  return match === undefined ? '' : presetKey(match);
}

export function presetKey(preset: SizePreset): string {
  return `${preset.width}x${preset.height}`;
}

/** The draft with a preset's size. An unknown key changes nothing. */
export function withPreset(draft: Draft, key: string): Draft {
  const preset = SIZE_PRESETS.find((p) => presetKey(p) === key);
  return preset === undefined ? draft : { ...draft, width: String(preset.width), height: String(preset.height) };
}
