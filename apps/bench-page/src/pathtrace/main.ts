import { decodeImage } from '@tabgrid/assets/decode-browser';
import { bytesOf } from '@tabgrid/protocol/bytes';
import { createOurs } from './ours.js';
import { openScene, type SceneExtras } from './scene.js';
import type { Frame, StartTimes, Throughput, Tracer } from './tracer.js';
import { compareTrees } from './trees.js';
import { createWebglPeer } from './webgl-peer.js';
import { createWebgpuPeer } from './webgpu-peer.js';

/** What `npm run bench -- pathtrace` calls in this page. A page holds one tracer. */

export type PageTracer = 'ours' | 'webgl' | 'wavefront' | 'megakernel';

/** Where a scene's files are, and what they do not say. */
export interface SceneAddress extends SceneExtras {
  readonly glb: string;
  readonly hdr: string | null;
}

let tracer: Tracer | null = null;

async function start(kind: PageTracer, address: SceneAddress, frame: Frame): Promise<StartTimes> {
  const scene = await fetchScene(address);
  if (kind === 'ours') tracer = await createOurs(navigator.gpu, scene, frame);
  else if (kind === 'webgl') tracer = await createWebglPeer(scene, frame);
  else tracer = await createWebgpuPeer(kind, scene, frame);
  return tracer.start;
}

async function fetchScene({ glb, hdr, ...extras }: SceneAddress) {
  return await openScene(await fetched(glb), hdr === null ? null : await fetched(hdr), extras, decodeImage);
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
    let text = '';
    for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  },
  compareTrees: async (address: SceneAddress) => compareTrees(await fetchScene(address)),
};

declare global {
  interface Window {
    pathtraceBench: typeof pathtraceBench;
  }
}

window.pathtraceBench = pathtraceBench;
