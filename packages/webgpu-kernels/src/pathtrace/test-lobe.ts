import type { GpuSession } from '../gpu-session.js';
import { material, quad, sceneOf } from './fixtures.js';
import { programFor } from './program.js';
import { packScene } from './scene.js';
import type { MaterialSource, Vec3 } from './scene-source.js';

/** A material's layers on their own, on real WGSL: sampled, and evaluated over a grid of directions. For tests. */

export interface LobeQuery {
  readonly material: Partial<MaterialSource>;
  /** Towards the viewer, unit, z up. */
  readonly wo: Vec3;
  /** The random number that decides which layer is chosen, or another one each time. Default 0.999: what lies lowest. */
  readonly chance?: number | 'any';
  /** Seen from behind: within a volume. */
  readonly inside?: boolean;
}

/** One direction: where it goes, its density, and the scattering × cosine with the layer's weight (green). */
export interface LobeSample {
  readonly direction: Vec3;
  readonly density: number;
  readonly value: number;
}

export interface Lobe {
  /** Directions drawn by the layer's sampler. */
  sampled(query: LobeQuery, count: number): Promise<LobeSample[]>;
  /** The lobe at given directions. */
  evaluated(query: LobeQuery, directions: readonly Vec3[]): Promise<LobeSample[]>;
}

const MAIN = /* wgsl */ `
struct Query {
  wo: vec3f,
  chance: f32,
  side: f32,
  sampling: u32,
  count: u32,
}
@group(1) @binding(0) var<uniform> query: Query;
@group(1) @binding(1) var<storage, read_write> lobe: array<vec4f>;

@compute @workgroup_size(64)
fn probe(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= query.count) {
    return;
  }
  var hit: Hit;
  hit.side = query.side;
  hit.smoothNormal = vec3f(0.0, 0.0, 1.0);
  hit.normal = hit.smoothNormal;
  let chance = select(query.chance, unit(pcg4d(vec4u(id.x, 7u, 8u, 9u)).x), query.chance < 0.0);
  let layer = layerAt(materialAt(0u), hit, query.wo, chance);
  var wi = lobe[2u * id.x].xyz;
  if (query.sampling == 1u) {
    let u = unit4(pcg4d(vec4u(id.x, 1u, 2u, 3u)));
    wi = sampleDirection(layer.surface, query.wo, u.xyz);
  }
  let scattered = evaluate(layer.surface, query.wo, wi);
  lobe[2u * id.x] = vec4f(wi, scattered.w);
  lobe[2u * id.x + 1u] = vec4f(scattered.rgb * layer.weight, 0.0);
}
`;

export function createLobe(gpu: GpuSession): Lobe {
  async function run(query: LobeQuery, directions: readonly Vec3[] | null, count: number): Promise<LobeSample[]> {
    const packed = packScene(sceneOf([quad([0, 0, 0], [1, 0, 0], [0, 1, 0], 0)], [material(query.material)]));
    const scene = { ...packed.manifest, blobs: EMPTY };
    const camera = { position: ZERO, right: X, up: Y, forward: Z, yfov: 1 } as const;
    const { wgsl, key } = programFor(
      { scene, environment: { kind: 'constant', radiance: [0, 0, 0] }, camera: { ...camera } },
      'bsdf',
    );
    const pipeline = await gpu.pipeline(`lobe ${key}`, async (device) => {
      const module = device.createShaderModule({ code: wgsl + MAIN });
      return await device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint: 'probe' } });
    });
    const { device } = gpu;
    const tables = device.createBuffer({ size: packed.buffers.tables.byteLength, usage: STORAGE });
    device.queue.writeBuffer(tables, 0, packed.buffers.tables);
    const uniform = device.createBuffer({ size: 32, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
    const words = new ArrayBuffer(32);
    new Float32Array(words).set([
      ...query.wo,
      query.chance === 'any' ? -1 : (query.chance ?? 0.999),
      query.inside ? -1 : 1,
    ]);
    new Uint32Array(words).set([directions ? 0 : 1, count], 5);
    device.queue.writeBuffer(uniform, 0, words);
    const out = device.createBuffer({ size: 32 * count, usage: STORAGE | GPUBufferUsage.COPY_SRC });
    if (directions) {
      const given = new Float32Array(8 * count);
      directions.forEach((d, i) => {
        given.set(d, 8 * i);
      });
      device.queue.writeBuffer(out, 0, given);
    }
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group(device, pipeline, 0, [[6, tables]]));
    pass.setBindGroup(
      1,
      group(device, pipeline, 1, [
        [0, uniform],
        [1, out],
      ]),
    );
    pass.dispatchWorkgroups(Math.ceil(count / 64));
    pass.end();
    device.queue.submit([encoder.finish()]);
    const bytes = await gpu.readBuffer(out, 32 * count);
    for (const buffer of [tables, uniform, out]) buffer.destroy();
    const floats = new Float32Array(bytes.buffer, bytes.byteOffset, 8 * count);
    const at = (i: number) => floats[i] ?? 0;
    return Array.from({ length: count }, (_, i) => ({
      direction: [at(8 * i), at(8 * i + 1), at(8 * i + 2)],
      density: at(8 * i + 3),
      value: at(8 * i + 5),
    }));
  }
  return {
    sampled: (query, count) => run(query, null, count),
    evaluated: (query, directions) => run(query, directions, directions.length),
  };
}

const ZERO: [number, number, number] = [0, 0, 0];
const X: [number, number, number] = [1, 0, 0];
const Y: [number, number, number] = [0, 1, 0];
const Z: [number, number, number] = [0, 0, 1];
const NO_BLOB = { id: '', bytes: 0 } as never;
const EMPTY = { nodes: NO_BLOB, triangles: NO_BLOB, shading: NO_BLOB, tables: NO_BLOB, texels: null };
const STORAGE = 0x80 | 0x8;

function group(
  device: GPUDevice,
  pipeline: GPUComputePipeline,
  index: number,
  buffers: readonly (readonly [binding: number, buffer: GPUBuffer])[],
): GPUBindGroup {
  return device.createBindGroup({
    layout: pipeline.getBindGroupLayout(index),
    entries: buffers.map(([binding, buffer]) => ({ binding, resource: { buffer } })),
  });
}

/** Centres of a grid over the sphere, even in cosine and azimuth: each stands for 4π ÷ (rows × columns). */
export function sphereGrid(rows: number, columns: number): Vec3[] {
  return Array.from({ length: rows * columns }, (_, i) => {
    const z = ((Math.floor(i / columns) + 0.5) / rows) * 2 - 1;
    const phi = (2 * Math.PI * ((i % columns) + 0.5)) / columns;
    const r = Math.sqrt(1 - z * z);
    return [r * Math.cos(phi), r * Math.sin(phi), z];
  });
}
