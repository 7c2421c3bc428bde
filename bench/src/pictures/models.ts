import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage } from '@tabgrid/assets/decode-node';
import { defaultCamera, framingPoints } from '@tabgrid/assets/default-camera';
import { readGltf } from '@tabgrid/assets/gltf';
import { worldPoints } from '@tabgrid/assets/world-points';
import type { Pose } from '@tabgrid/bench-page/pathtrace/scene';
import type { CameraSource, Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { bytesAt, MODELS, type SceneFiles } from '../pathtrace/scenes.js';

/** The models of the pictures. Other people made them; they lie beside the project, not in it. */

interface Model {
  /** Of the picture's file. */
  readonly name: string;
  readonly file: string;
  readonly pose?: Pose;
  /** Its front is at −Z, where glTF has the back. */
  readonly facesAway?: boolean;
}

export const PICTURED: readonly Model[] = [
  { name: 'helmet', file: 'FlightHelmet.glb' },
  { name: 'fox', file: 'Fox.glb', pose: { animation: 'Run', time: 0.3 } },
  { name: 'alien', file: 'alien.glb', facesAway: true },
  { name: 'cake', file: 'cakeBirthday.glb' },
  { name: 'speeder', file: 'craft_speederD.glb', facesAway: true },
];

const SKY = 'spiaggia_di_mondello_1k.hdr';

/**
 * The model as the dashboard shows a file without cameras: framed whole, three quarters from the front.
 * @param folder where its files go
 * @returns null where the model or the environment map is missing
 */
export async function modelScene({ name, file, pose, facesAway }: Model, folder: string): Promise<SceneFiles | null> {
  const [model, sky] = [join(MODELS, file), join(MODELS, SKY)];
  if (!existsSync(model) || !existsSync(sky)) return null;
  const [glb, hdr] = [join(folder, `${name}.glb`), join(folder, 'sky.hdr')];
  await copyFile(model, glb);
  await copyFile(sky, hdr);
  const { scene } = await readGltf(await bytesAt(model), { decodeImage, ...pose });
  const points = framingPoints(worldPoints(scene));
  const camera = facesAway
    ? turned(defaultCamera({ positions: points.map(aside) }, 1))
    : defaultCamera({ positions: points }, 1);
  return { name, glb, hdr, camera, lamp: null, reader: 'three', ...(pose && { pose }) };
}

/** Half a turn about Y. */
const aside = (x: number, i: number): number => (i % 3 === 1 ? x : -x);
const turnedVector = ([x, y, z]: Vec3): Vec3 => [-x, y, -z];

function turned({ position, right, up, forward, ...rest }: CameraSource): CameraSource {
  return {
    ...rest,
    position: turnedVector(position),
    right: turnedVector(right),
    up: turnedVector(up),
    forward: turnedVector(forward),
  };
}
