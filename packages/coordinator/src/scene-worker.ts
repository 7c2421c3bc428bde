import { AssetError } from '@tabgrid/assets/asset-error';
import { decodeImage } from '@tabgrid/assets/decode-browser';
import { loadDraco } from '@tabgrid/assets/draco-browser';
import { encodeExr } from '@tabgrid/assets/exr';
import { readHdr } from '@tabgrid/assets/hdr';
import { encodePng } from '@tabgrid/assets/png';
import { prepareScene } from '@tabgrid/assets/prepare';
import { buildScene } from '@tabgrid/assets/scenes/build';
import { toneMap } from '@tabgrid/assets/tonemap';
import * as Comlink from 'comlink';
import { createSceneReader, type SceneWorkerApi } from './scene-reader.js';
import { prepareWorld, trajectoryFile } from './simulation/world-reader.js';

/** The Worker that reads scenes and writes pictures, so that the page stays smooth meanwhile. */

const reader = createSceneReader({ prepareScene, buildScene, readHdr, decodeImage, loadDraco });

const api: SceneWorkerApi = {
  async prepare(input, setting) {
    try {
      const scene = await reader.prepare(input, setting);
      // Copying a large scene's blobs between threads would double its memory.
      const buffers = scene.blobs.map(({ bytes }) => bytes.buffer);
      return Comlink.transfer({ kind: 'scene', scene } as const, [...new Set(buffers)]);
    } catch (error) {
      if (error instanceof AssetError) return { kind: 'refused', message: error.message };
      throw error;
    }
  },
  async encode({ width, height, rgb }, as) {
    const bytes = as.format === 'exr' ? encodeExr(width, height, rgb) : encodePng(width, height, toneMap(rgb, as.tone));
    return Comlink.transfer(bytes, [bytes.buffer]);
  },
  async world(input) {
    try {
      return { kind: 'world', world: await prepareWorld(input, loadDraco) };
    } catch (error) {
      if (error instanceof AssetError) return { kind: 'refused', message: error.message };
      throw error;
    }
  },
  async writeTrajectory(world, trajectory, format) {
    const bytes = await trajectoryFile(world, trajectory, format);
    return Comlink.transfer(bytes, [bytes.buffer]);
  },
};

Comlink.expose(api);
