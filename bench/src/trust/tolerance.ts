import type { Bytes } from '@tabgrid/protocol/bytes';
import { cutResult, PIXEL_FLOATS } from '@tabgrid/webgpu-kernels/pathtrace/film';
import { pathtraceTask } from '@tabgrid/webgpu-kernels/pathtrace/task';
import type { Table } from '../result.js';
import { VARIANTS, type Variant } from './other-class.js';
import { farShare } from './pixels.js';
import type { Shot } from './shots.js';
import type { Tile } from './tiles.js';

/** How far honest machines of different classes are apart: what the comparison's tolerance rests on. */

const SCENES = ['cornell', 'spheres', 'bunny'] as const;
/** Each class is compiled anew for each scene, which takes longer than all else. */
const FEW_VARIANTS = ['plain', 'off'] as const;
/** Probes of each tile. */
const PROBES = 200;

/** The classes that stand in for different adapters. */
export const variantsFor = (quick: boolean): readonly Variant[] => (quick ? FEW_VARIANTS : VARIANTS);

export function toleranceShots(quick: boolean): readonly Shot[] {
  return SCENES.slice(0, quick ? 1 : SCENES.length).flatMap((scene) =>
    // Those of the first scene are there for the tiles as well.
    variantsFor(quick || scene !== SCENES[0]).map(
      (variant): Shot => ({
        scene,
        variant,
        seed: 1,
        side: quick ? 32 : 64,
        tile: 32,
        spp: quick ? 16 : 32,
        block: 16,
        bounces: 5,
      }),
    ),
  );
}

export interface Tolerance {
  readonly table: Table;
  readonly figures: Readonly<Record<string, number>>;
}

export function toleranceTable(shots: readonly Shot[], tiles: readonly (readonly Tile[])[]): Tolerance {
  const rows: string[][] = [];
  let [pixels, worst, means, probes, wholes] = [0, 0, 0, 0, 0];
  for (const scene of new Set(shots.map((shot) => shot.scene))) {
    for (const [a, b] of pairs(shots.filter((shot) => shot.scene === scene).map(({ variant }) => variant))) {
      const left = tilesOf(shots, tiles, scene, a);
      const right = tilesOf(shots, tiles, scene, b);
      const found = compareAll(left, right);
      rows.push([scene, `${a}, ${b}`, ...found.words]);
      pixels = Math.max(pixels, found.far);
      worst = Math.max(worst, found.worst);
      means = Math.max(means, found.means);
      probes = Math.max(probes, found.probes);
      wholes += found.wholes;
    }
  }
  return {
    table: {
      title: 'Honest machines of different classes (their arithmetic changed: see other-class.ts)',
      header: DISTANCE_HEADER,
      rows,
    },
    figures: {
      'tolerance.pixelsBeyond': pixels,
      'tolerance.worstTileBeyond': worst,
      'tolerance.meansApart': means,
      'tolerance.probesThatDiffer': probes,
      'tolerance.tilesThatDiffer': wholes,
    },
  };
}

/** What `compareAll` says in words, after the scene and the two classes. */
export const DISTANCE_HEADER: readonly string[] = [
  'scene',
  'classes',
  'equal pixels',
  'beyond 10⁻³',
  'in the worst tile',
  'means apart',
  'probes that differ',
  'tiles that differ',
];

function pairs(variants: readonly Variant[]): readonly (readonly [Variant, Variant])[] {
  return variants.flatMap((a, i) => variants.slice(i + 1).map((b) => [a, b] as const));
}

function tilesOf(
  shots: readonly Shot[],
  tiles: readonly (readonly Tile[])[],
  scene: string,
  variant: Variant,
): readonly Tile[] {
  return tiles[shots.findIndex((shot) => shot.scene === scene && shot.variant === variant)] ?? [];
}

export function compareAll(left: readonly Tile[], right: readonly Tile[]) {
  let [far, worst, equal, wholes, probes, looked] = [0, 0, 0, 0, 0, 0];
  const totals = [0, 0];
  for (const [i, { params, result }] of left.entries()) {
    const other = right[i]?.result ?? new Uint8Array();
    const share = farShare(result, other);
    far += share / left.length;
    worst = Math.max(worst, share);
    equal += equalShare(result, other) / left.length;
    totals[0] = (totals[0] ?? 0) + light(result);
    totals[1] = (totals[1] ?? 0) + light(other);
    if (pathtraceTask.compare([result], [other], false).kind === 'different') wholes++;
    for (let secret = 0; secret < PROBES; secret++) {
      const part = pathtraceTask.probe(params, Math.imul(secret + 1, 0x9e37_79b9) >>> 0);
      const [a, b] = [cutResult(params, result, part), cutResult(params, other, part)];
      if (pathtraceTask.compare([a], [b], false).kind === 'different') probes++;
      looked++;
    }
  }
  const [x = 0, y = 0] = totals;
  const means = Math.abs(x - y) / Math.max(x, y);
  const share = (value: number) => `${(100 * value).toFixed(3)} %`;
  const words = [
    share(equal),
    share(far),
    share(worst),
    means.toExponential(1),
    `${probes} of ${looked}`,
    `${wholes} of ${left.length}`,
  ];
  return { far, worst, means, probes: probes / looked, wholes, words };
}

function equalShare(a: Bytes, b: Bytes): number {
  const pixelBytes = 4 * PIXEL_FLOATS;
  const pixels = Math.floor(a.byteLength / pixelBytes);
  let equal = 0;
  for (let i = 0; i < pixels; i++) {
    // The sums: costs count steps.
    let same = true;
    for (let at = i * pixelBytes; at < i * pixelBytes + 12; at++) same &&= a[at] === b[at];
    if (same) equal++;
  }
  return equal / pixels;
}

function light(result: Bytes): number {
  const view = new DataView(result.buffer, result.byteOffset);
  let total = 0;
  for (let at = 0; at + 4 * PIXEL_FLOATS <= result.byteLength - 4; at += 4 * PIXEL_FLOATS) {
    for (let channel = 0; channel < 12; channel += 4) total += view.getFloat32(at + channel, true);
  }
  return total;
}
