/**
 * The colour spaces that FLIP walks through, a pixel at a time, D65. RGB is linear with sRGB's primaries (IEC 61966-2-1);
 * XYZ is relative to white, so that white is (1, 1, 1).
 */

export type Triple = readonly [number, number, number];

/** Rows to X, Y, Z of the primaries; each row is divided by its sum, which is white's. */
const TO_XYZ: readonly [Triple, Triple, Triple] = [
  [0.412_456_4, 0.357_576_1, 0.180_437_5],
  [0.212_672_9, 0.715_152_2, 0.072_175],
  [0.019_333_9, 0.119_192, 0.950_304_1],
];
const WHITE = TO_XYZ.map(([r, g, b]) => r + g + b);
const TO_RELATIVE = TO_XYZ.map((row, i) => scaled(row, 1 / (WHITE[i] ?? 1)));
const FROM_RELATIVE = inverse(TO_RELATIVE);

/** @param code an 8-bit sRGB channel */
export function linearOf(code: number): number {
  const c = code / 255;
  return c <= 0.040_45 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

/** Opponent channels without CIELAB's cube root: achromatic Y (−16 for black, 100 for white), red–green Cx, blue–yellow Cz. */
export function toYCxCz(rgb: Triple): Triple {
  const [x, y, z] = times(TO_RELATIVE, rgb);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

export function fromYCxCz([Y, Cx, Cz]: Triple): Triple {
  const y = (Y + 16) / 116;
  return times(FROM_RELATIVE, [y + Cx / 500, y, y - Cz / 200]);
}

/** CIELAB whose chroma fades with the lightness (Hunt's effect): L, a·L/100, b·L/100. */
export function toHuntLab(rgb: Triple): Triple {
  const [x, y, z] = times(TO_RELATIVE, rgb);
  const [fx, fy, fz] = [cube(x), cube(y), cube(z)];
  const lightness = 116 * fy - 16;
  const chroma = lightness / 100;
  return [lightness, 500 * (fx - fy) * chroma, 200 * (fy - fz) * chroma];
}

/** Distance for large differences (Abasi, Amani Tehran and Fairchild 2020): city block in lightness, Euclid in chroma. */
export function hyab(p: Triple, q: Triple): number {
  return Math.abs(p[0] - q[0]) + Math.hypot(p[1] - q[1], p[2] - q[2]);
}

/** CIELAB's f. */
function cube(t: number): number {
  const delta = 6 / 29;
  return t > delta ** 3 ? Math.cbrt(t) : t / (3 * delta * delta) + 4 / 29;
}

function scaled([a, b, c]: Triple, by: number): Triple {
  return [a * by, b * by, c * by];
}

function times(rows: readonly Triple[], [a, b, c]: Triple): Triple {
  const row = (i: number): number => {
    const [p, q, r] = rows[i] ?? [0, 0, 0];
    return p * a + q * b + r * c;
  };
  return [row(0), row(1), row(2)];
}

/** By the adjugate: columns of the inverse are the cross products of the other two rows. */
function inverse(rows: readonly Triple[]): readonly Triple[] {
  const [a = [1, 0, 0], b = [0, 1, 0], c = [0, 0, 1]] = rows;
  const cross = (p: Triple, q: Triple): Triple => [
    p[1] * q[2] - p[2] * q[1],
    p[2] * q[0] - p[0] * q[2],
    p[0] * q[1] - p[1] * q[0],
  ];
  const columns = [cross(b, c), cross(c, a), cross(a, b)] as const;
  const determinant = a[0] * columns[0][0] + a[1] * columns[0][1] + a[2] * columns[0][2];
  return [0, 1, 2].map((i) => scaled([columns[0][i] ?? 0, columns[1][i] ?? 0, columns[2][i] ?? 0], 1 / determinant));
}
