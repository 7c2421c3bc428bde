import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeImage } from '@tabgrid/assets/decode-node';
import { defaultCamera } from '@tabgrid/assets/default-camera';
import { readGltf } from '@tabgrid/assets/gltf';
import type { SceneAddress } from '@tabgrid/bench-page/pathtrace/main';
import type { Pose, SceneExtras } from '@tabgrid/bench-page/pathtrace/scene';
import { ROOT } from '@tabgrid/cli/build';
import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';

import { buildDragon, dragonExtras } from './dragon.js';

/** The benchmark's scenes as files that every renderer reads. */

export interface SceneFiles extends SceneExtras {
  readonly name: string;
  /** Paths. */
  readonly glb: string;
  readonly hdr: string | null;
  /** Absent: the rest pose. */
  readonly pose?: Pose;
  /** Who reads the file for three.js's tracers. Absent: we do. */
  readonly reader?: SceneAddress['reader'];
}

/** Beside the project. */
export const MODELS = join(ROOT, '../shared/data/models');
const HELMET = { glb: join(MODELS, 'FlightHelmet.glb'), hdr: join(MODELS, 'spiaggia_di_mondello_1k.hdr') } as const;

/**
 * @param names of the scenes wanted
 * @param folder where their files go; it has to be there
 * @returns the scenes, and for each that is missing what it lacks
 */
export async function scenesFor(names: ReadonlySet<string>, folder: string, say: (line: string) => void) {
  const scenes: SceneFiles[] = [];
  const where: Record<string, string> = {};
  if (names.has('dragon')) scenes.push(await dragonScene(folder));
  const helmet = names.has('helmet') ? await helmetScene(folder) : null;
  if (helmet) scenes.push(helmet);
  else if (names.has('helmet')) {
    where['helmet'] = `skipped: ../shared/data/models has no ${basename(HELMET.glb)} or no ${basename(HELMET.hdr)}`;
    say(`helmet ${where['helmet']}`);
  }
  return { scenes, where };
}

async function dragonScene(folder: string): Promise<SceneFiles> {
  const glb = join(folder, 'dragon.glb');
  await writeFile(glb, await buildDragon());
  return { name: 'dragon', glb, hdr: null, ...dragonExtras };
}

/** A helmet with textures under an open sky, where the project has its files; else null. */
async function helmetScene(folder: string): Promise<SceneFiles | null> {
  if (!existsSync(HELMET.glb) || !existsSync(HELMET.hdr)) return null;
  const [glb, hdr] = [join(folder, 'helmet.glb'), join(folder, 'helmet.hdr')];
  await copyFile(HELMET.glb, glb);
  await copyFile(HELMET.hdr, hdr);
  const { scene } = await readGltf(await bytesAt(glb), { decodeImage });
  return { name: 'helmet', glb, hdr, camera: defaultCamera(scene, 1), lamp: null };
}

export async function bytesAt(path: string): Promise<Bytes> {
  return bytesOf(new Uint8Array(await readFile(path)));
}
