import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { quad } from './shapes.js';
import { createStage, type Surface } from './stage.js';

/**
 * The Cornell box: measured corners and camera of the Cornell University Program of Computer Graphics ("The Cornell Box",
 * its data page), millimetres there and metres here. Colours are the usual RGB of the
 * measured spectra; the lamp is brighter than theirs, so that the picture fills a screen's range without an exposure.
 */

type Corners = readonly [Vec3, Vec3, Vec3, Vec3];

const WHITE: Surface = { name: 'white', color: [0.725, 0.71, 0.68] };
const RED: Surface = { name: 'red', color: [0.63, 0.065, 0.05] };
const GREEN: Surface = { name: 'green', color: [0.14, 0.45, 0.091] };
const LAMP: Surface = { name: 'lamp', color: [0.78, 0.78, 0.78], light: [30, 23, 11] };

/** The middle of the room: walls face it. */
const INSIDE: Vec3 = [278, 274, 280];

const WALLS: readonly (readonly [string, Surface, Corners])[] = [
  [
    'floor',
    WHITE,
    [
      [552.8, 0, 0],
      [0, 0, 0],
      [0, 0, 559.2],
      [549.6, 0, 559.2],
    ],
  ],
  [
    'ceiling',
    WHITE,
    [
      [556, 548.8, 0],
      [556, 548.8, 559.2],
      [0, 548.8, 559.2],
      [0, 548.8, 0],
    ],
  ],
  [
    'back wall',
    WHITE,
    [
      [549.6, 0, 559.2],
      [0, 0, 559.2],
      [0, 548.8, 559.2],
      [556, 548.8, 559.2],
    ],
  ],
  [
    'right wall',
    GREEN,
    [
      [0, 0, 559.2],
      [0, 0, 0],
      [0, 548.8, 0],
      [0, 548.8, 559.2],
    ],
  ],
  [
    'left wall',
    RED,
    [
      [552.8, 0, 0],
      [549.6, 0, 559.2],
      [556, 548.8, 559.2],
      [556, 548.8, 0],
    ],
  ],
  // Half a millimetre under the ceiling, in which it is measured.
  [
    'lamp',
    LAMP,
    [
      [343, 548.3, 227],
      [343, 548.3, 332],
      [213, 548.3, 332],
      [213, 548.3, 227],
    ],
  ],
];

/** Each block by the corners of its top. */
const BLOCKS: readonly (readonly [string, Corners])[] = [
  [
    'short block',
    [
      [130, 165, 65],
      [82, 165, 225],
      [240, 165, 272],
      [290, 165, 114],
    ],
  ],
  [
    'tall block',
    [
      [423, 330, 247],
      [265, 330, 296],
      [314, 330, 456],
      [472, 330, 406],
    ],
  ],
];

const metres = (p: Vec3): Vec3 => [p[0] / 1000, p[1] / 1000, p[2] / 1000];
const inMetres = ([a, b, c, d]: Corners): Corners => [metres(a), metres(b), metres(c), metres(d)];

export async function buildCornell(): Promise<Bytes> {
  const stage = createStage('cornell');
  for (const [name, surface, corners] of WALLS) stage.add(name, quad(inMetres(corners), metres(INSIDE)), surface);
  for (const [name, top] of BLOCKS) {
    for (const [i, face] of blockFaces(top).entries()) stage.add(`${name} ${i}`, face, WHITE);
  }
  // A 35 mm lens before a square of 25 mm.
  const verticalDegrees = (2 * Math.atan(0.0125 / 0.035) * 180) / Math.PI;
  stage.shoot('camera', metres([278, 273, -800]), metres([278, 273, 0]), verticalDegrees);
  return stage.toGlb();
}

function blockFaces(top: Corners) {
  const [a, b, c, d] = top;
  const foot = (p: Vec3): Vec3 => [p[0], 0, p[2]];
  const middle: Vec3 = [(a[0] + c[0]) / 2, a[1] / 2, (a[2] + c[2]) / 2];
  const sides = (
    [
      [a, b],
      [b, c],
      [c, d],
      [d, a],
    ] as const
  ).map(([p, q]): Corners => [foot(p), foot(q), q, p]);
  return [top, ...sides].map((corners) => {
    // Outward: the middle of the block mirrored at the face.
    const outward = [0, 1, 2].map((i) => corners.reduce((sum, p) => sum + (p[i] ?? 0), 0) / 2 - (middle[i] ?? 0));
    const [x = 0, y = 0, z = 0] = outward;
    return quad(inMetres(corners), metres([x, y, z]));
  });
}
