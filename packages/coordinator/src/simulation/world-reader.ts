import { AssetError } from '@tabgrid/assets/asset-error';
import type { LoadDraco } from '@tabgrid/assets/gltf';
import { animatedGlb } from '@tabgrid/assets/worlds/animated-glb';
import { builtinWorld } from '@tabgrid/assets/worlds/builtin';
import { worldOfGltf } from '@tabgrid/assets/worlds/from-gltf';
import { BUILTIN_WORLDS } from '@tabgrid/assets/worlds/names';
import { type Trajectory, writeTrajectory } from '@tabgrid/assets/worlds/trajectory';
import { writeTrajectoryJson } from '@tabgrid/assets/worlds/trajectory-json';
import { readWorld } from '@tabgrid/assets/worlds/world-file';
import type { Bytes } from '@tabgrid/protocol/bytes';
import { bytesOfFile, checkSize } from '../scene-reader.js';
import type { PreparedWorld, TrajectoryFormat, WorldInput } from './api.js';

/** From what a person chose to a world of bodies, and from its way to files. Free of Workers. */

/** @throws AssetError */
export async function prepareWorld(input: WorldInput, loadDraco: LoadDraco): Promise<PreparedWorld> {
  if (input.kind === 'builtin') {
    const name = BUILTIN_WORLDS.find((known) => known === input.name);
    if (!name)
      throw new AssetError(`There is no built-in world ${input.name}. There are: ${BUILTIN_WORLDS.join(', ')}.`);
    const made = builtinWorld(name, input.bodies === undefined ? {} : { bodies: input.bodies });
    return { title: made.title, world: made.world, camera: made.camera, warnings: [] };
  }
  const { file } = input;
  checkSize([file]);
  const bytes = await bytesOfFile(file);
  const title = file.name.replace(/\.[^.]*$/, '');
  if (!/\.json$/i.test(file.name)) {
    const { world, warnings } = await worldOfGltf(bytes, { loadDraco });
    return { title, world, camera: null, warnings };
  }
  return { title, world: readWorld(bytes), camera: null, warnings: [] };
}

export async function trajectoryFile(
  { world, camera }: PreparedWorld,
  trajectory: Trajectory,
  format: TrajectoryFormat,
): Promise<Bytes> {
  switch (format) {
    case 'json':
      return new TextEncoder().encode(writeTrajectoryJson(trajectory));
    case 'binary':
      return writeTrajectory(trajectory);
    case 'glb':
      return await animatedGlb(world, trajectory, camera ? { camera } : {});
  }
}
