import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { encodePng } from '@tabgrid/assets/png';
import { toneMap } from '@tabgrid/assets/tonemap';
import type { Frame } from '@tabgrid/bench-page/pathtrace/tracer';

/** Writes a picture as it is, without a curve, so that renderers can be compared side by side. @returns the path */
export function writeImage(folder: string, name: string, { width, height }: Frame, rgb: Float32Array): string {
  mkdirSync(folder, { recursive: true });
  const path = resolve(join(folder, `${name}.png`));
  writeFileSync(path, encodePng(width, height, toneMap(rgb, { curve: 'linear' })));
  return path;
}
