import { closeSync, openSync, writeSync } from 'node:fs';
import { decodeImage } from '@tabgrid/assets/decode-node';
import { type PreparedScene, prepareScene } from '@tabgrid/assets/prepare';
import { buildScene } from '@tabgrid/assets/scenes/build';
import { chooseCamera } from '@tabgrid/coordinator/launch';
import { spiralTiles } from '@tabgrid/splitters/spatial/tiles';
import type { GpuSession } from '@tabgrid/webgpu-kernels/gpu-session';
import type { Outputs, TaskInput } from '@tabgrid/webgpu-kernels/kernel';
import { pathtraceKernel } from '@tabgrid/webgpu-kernels/pathtrace/kernel';
import { type PathtraceParams, pathtraceTask, taskInputs } from '@tabgrid/webgpu-kernels/pathtrace/task';
import { testSession } from '@tabgrid/webgpu-kernels/test-gpu';
import { median } from '../result.js';
import { otherClass } from './other-class.js';
import type { Answer, ProbeCost, Shot } from './shots.js';

/** Renders tiles through Dawn in a process of its own, which native threads would keep from ending. Started by `tiles.ts`. */

/** Tiles whose probes are timed, and how often. */
const COST_TILES = [16, 32, 64] as const;
const COST_RUNS = 15;

type Base = Omit<PathtraceParams, 'tile' | 'samples'>;

async function main(shots: readonly Shot[], file: string): Promise<Answer> {
  const session = await testSession();
  if (!session)
    throw new Error('no WebGPU adapter for Node: install Chromium, or name a Vulkan driver in VK_ICD_FILENAMES');
  const scenes = new Map<string, PreparedScene>();
  const bases: string[] = [];
  const out = openSync(file, 'w');
  for (const shot of shots) {
    const scene = scenes.get(shot.scene) ?? (await prepared(shot.scene));
    scenes.set(shot.scene, scene);
    const base = baseOf(scene, shot);
    bases.push(JSON.stringify(base));
    const run = runner(otherClass(session, shot.variant), scene);
    const samples = { first: 0, count: shot.spp, block: shot.block };
    for (const tile of spiralTiles(shot.side, shot.side, shot.tile)) {
      for (const output of (await run({ ...base, tile, samples })).outputs) writeSync(out, output);
    }
  }
  closeSync(out);
  const [first] = shots;
  const scene = first && scenes.get(first.scene);
  const costs = first && scene ? await probeCosts(runner(session, scene), baseOf(scene, first), first) : [];
  const { vendor, architecture, description } = session.adapterClass;
  return { adapter: description || `${vendor} ${architecture}`, bases, costs };
}

async function prepared(name: Shot['scene']): Promise<PreparedScene> {
  return await prepareScene({ name, file: await buildScene(name), environment: null, decodeImage, aspect: 1 });
}

function baseOf(scene: PreparedScene, { side, spp, bounces, seed, tile }: Shot): Base {
  const spec = { width: side, height: side, spp, bounces, seed, camera: null, tile, verify: 'spot' } as const;
  const { position, right, up, forward, yfov } = chooseCamera(scene, spec);
  return {
    scene: scene.manifest,
    environment: scene.environmentManifest,
    camera: { position: [...position], right: [...right], up: [...up], forward: [...forward], yfov },
    film: { width: side, height: side },
    bounces,
    seed,
  };
}

type Run = (params: PathtraceParams) => Promise<Outputs>;

function runner(session: GpuSession, { blobs }: PreparedScene): Run {
  const bytes = new Map(blobs.map((blob) => [blob.ref.id, blob.bytes]));
  const control = { signal: new AbortController().signal, progress() {}, submitted() {} };
  return (params) => {
    const inputs = taskInputs(params).map(
      (ref): TaskInput => ({ ref, bytes: async () => bytes.get(ref.id) ?? new Uint8Array() }),
    );
    return pathtraceKernel.run(session, params, inputs, control);
  };
}

async function probeCosts(run: Run, base: Base, { spp, block }: Shot): Promise<ProbeCost[]> {
  const costs: ProbeCost[] = [];
  for (const tilePx of COST_TILES) {
    const params: PathtraceParams = {
      ...base,
      film: { width: 2 * tilePx, height: 2 * tilePx },
      tile: { x: tilePx, y: tilePx, width: tilePx, height: tilePx },
      samples: { first: 0, count: spp, block },
    };
    const whole: Outputs['stats'][] = [];
    const part: Outputs['stats'][] = [];
    for (let i = 0; i <= COST_RUNS; i++) {
      const probe = pathtraceTask.probe(params, Math.imul(i + 1, 0x9e37_79b9) >>> 0);
      const [all, few] = [await run(params), await run(probe)];
      // The first pair finds the size of submissions.
      if (i > 0) {
        whole.push(all.stats);
        part.push(few.stats);
      }
    }
    const of = (list: readonly Outputs['stats'][], key: 'kernelMs' | 'wallMs') =>
      median(list.map((stats) => stats[key]));
    costs.push({
      tilePx,
      unitsShare: pathtraceTask.workUnits(pathtraceTask.probe(params, 0)) / pathtraceTask.workUnits(params),
      kernelShare: of(part, 'kernelMs') / of(whole, 'kernelMs'),
      wallShare: of(part, 'wallMs') / of(whole, 'wallMs'),
    });
  }
  return costs;
}

const [shots = '[]', file = ''] = process.argv.slice(2);
main(JSON.parse(shots), file).then(
  (answer) => process.stdout.write(JSON.stringify(answer), () => process.exit(0)),
  (error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
