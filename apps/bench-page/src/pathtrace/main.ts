import { decodeImage } from '@tabgrid/assets/decode-browser';
import { bytesOf } from '@tabgrid/protocol/bytes';
import { createOurs } from './ours.js';
import { openScene, type Pose, type SceneExtras } from './scene.js';
import { base64Of, drawSheet } from './sheet.js';
import { readByThree } from './three-gltf.js';
import { toThree } from './three-scene.js';
import type { Frame, StartTimes, Throughput, Tracer } from './tracer.js';
import { compareTrees } from './trees.js';
import { createWebglPeer } from './webgl-peer.js';
import { createWebgpuPeer } from './webgpu-peer.js';

/** What `npm run bench -- pathtrace` and `pictures` call in this page. A page holds one tracer. */

export type PageTracer = 'ours' | 'webgl' | 'wavefront' | 'megakernel';

/** Where a scene's files are, and what they do not say. */
export interface SceneAddress extends SceneExtras {
  readonly glb: string;
  readonly hdr: string | null;
  /** Null: the rest pose. */
  readonly pose: Pose | null;
  /** Who reads the file for three.js's tracers: we do, so that they hold the same triangles, or three.js. */
  readonly reader: 'ours' | 'three';
}

let tracer: Tracer | null = null;

async function start(kind: PageTracer, address: SceneAddress, frame: Frame): Promise<StartTimes> {
  const scene = await fetchScene(address);
  if (kind === 'ours') {
    tracer = await createOurs(navigator.gpu, scene, frame);
    return tracer.start;
  }
  const own =
    address.reader === 'three' ? await readByThree(await fetched(address.glb), scene, address.pose) : toThree(scene);
  if (kind === 'webgl') tracer = await createWebglPeer(scene, own, frame);
  else tracer = await createWebgpuPeer(kind, own, frame);
  return tracer.start;
}

async function fetchScene({ glb, hdr, pose, reader: _, ...extras }: SceneAddress) {
  return await openScene(await fetched(glb), hdr === null ? null : await fetched(hdr), extras, decodeImage, pose);
}

async function fetched(url: string) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return bytesOf(new Uint8Array(await response.arrayBuffer()));
}

function running(): Tracer {
  if (!tracer) throw new Error('no tracer has been started');
  return tracer;
}

const pathtraceBench = {
  start,
  measure: (budgetMs: number): Promise<Throughput> => running().measure(budgetMs),
  resize: (width: number, height: number): Promise<void> => running().resize(width, height),
  /** The picture's floats, little-endian, in base64. */
  async picture(spp: number): Promise<string> {
    const { buffer } = await running().picture(spp);
    return base64Of(new Uint8Array(buffer));
  },
  drawSheet,
  compareTrees: async (address: SceneAddress) => compareTrees(await fetchScene(address)),
};

declare global {
  interface Window {
    pathtraceBench: typeof pathtraceBench;
  }
}

window.pathtraceBench = pathtraceBench;
