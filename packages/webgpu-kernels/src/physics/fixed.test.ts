import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnedGpuSession } from '../create-gpu-session.js';
import { nodeGpu } from '../node-gpu.js';
import { testSession } from '../test-gpu.js';
import { lengthOf, MOST_COORDINATE, mulHigh, scaled, UNIT_BITS, unitOf } from './fixed.js';
import { FIXED } from './wgsl/fixed.wgsl.js';

const available = (await nodeGpu()) !== null;

/** Deterministic words of all sizes, and the ends of the range. */
function words(count: number): number[] {
  const ends = [0, 1, -1, 2, -2, 0x7fff_ffff, -0x8000_0000, 0xffff, 0x1_0000, -0x1_0000, 0x7fff, 0x8000];
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
    return seed;
  };
  return [...ends, ...Array.from({ length: count }, () => random() >> (random() & 31))];
}
const exactHigh = (a: number, b: number) => Number((BigInt(a) * BigInt(b)) >> 32n);
const exactScaled = (a: number, b: number, s: number) =>
  Number(BigInt.asIntN(32, (BigInt(a) * BigInt(b) + (1n << BigInt(s - 1))) >> BigInt(s)));
const pairs = words(200).flatMap((a) => words(60).map((b) => [a, b] as const));
const coordinate = (word: number) => word % (MOST_COORDINATE + 1);
const vectors = words(3000).map(
  (x, i, all) =>
    [x, all[(7 * i + 3) % all.length] ?? 0, all[(13 * i + 5) % all.length] ?? 0].map(coordinate) as [
      number,
      number,
      number,
    ],
);

describe('in JavaScript', () => {
  it('products are those of exact integers', () => {
    for (const [a, b] of pairs) {
      expect(mulHigh(a, b)).toBe(exactHigh(a, b));
      for (const shift of [1, 8, 22, 31]) expect(scaled(a, b, shift)).toBe(exactScaled(a, b, shift));
    }
  });

  it('lengths and quotients are rounded down', () => {
    for (const [x, y, z] of vectors) {
      const square = [x, y, z].reduce((sum, c) => sum + BigInt(c) ** 2n, 0n);
      const length = lengthOf(x, y, z);
      expect(BigInt(length) ** 2n <= square && BigInt(length + 1) ** 2n > square).toBe(true);
      if (length === 0) continue;
      const scaledUp = BigInt(x) << BigInt(UNIT_BITS);
      const quotient = BigInt(unitOf(x, length));
      expect(quotient * BigInt(length) <= scaledUp && (quotient + 1n) * BigInt(length) > scaledUp).toBe(true);
    }
  });
});

describe.runIf(available)('in WGSL', { timeout: 120_000 }, () => {
  let gpu: OwnedGpuSession;
  beforeAll(async () => {
    const session = await testSession();
    if (!session) throw new Error('no adapter');
    gpu = session;
  });
  afterAll(() => gpu?.close());

  /** Runs `body` for each group of `width` words, which it finds from `at` on; it sets `result`. */
  async function each(input: Int32Array<ArrayBuffer>, width: number, body: string): Promise<Int32Array> {
    const { device } = gpu;
    const count = input.length / width;
    const code = `${FIXED}
      @group(0) @binding(0) var<storage, read> words: array<i32>;
      @group(0) @binding(1) var<storage, read_write> results: array<i32>;
      @compute @workgroup_size(64)
      fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x >= ${count}u) { return; }
        let at = ${width}u * id.x;
        ${body}
        results[id.x] = result;
      }`;
    const pipeline = await device.createComputePipelineAsync({
      layout: 'auto',
      compute: { module: device.createShaderModule({ code }) },
    });
    const words = device.createBuffer({
      size: input.byteLength,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    const results = device.createBuffer({ size: 4 * count, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
    device.queue.writeBuffer(words, 0, input);
    const group = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [
        { binding: 0, resource: { buffer: words } },
        { binding: 1, resource: { buffer: results } },
      ],
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(Math.ceil(count / 64));
    pass.end();
    device.queue.submit([encoder.finish()]);
    const bytes = await gpu.readBuffer(results, 4 * count);
    return new Int32Array(bytes.buffer, bytes.byteOffset, count);
  }

  it.each([1, 12, 22, 31])('products, by 2^%i, are JavaScript’s', async (shift) => {
    const got = await each(
      new Int32Array(pairs.flat()),
      2,
      `let result = scaled(words[at], words[at + 1u], ${shift}u);`,
    );
    expect([...got]).toEqual(pairs.map(([a, b]) => scaled(a, b, shift)));
  });

  it('lengths and quotients are JavaScript’s', async () => {
    const input = new Int32Array(vectors.flat());
    const lengths = await each(input, 3, 'let result = lengthOf(vec3i(words[at], words[at + 1u], words[at + 2u]));');
    expect([...lengths]).toEqual(vectors.map(([x, y, z]) => lengthOf(x, y, z)));
    const some = vectors.map(([x], i) => [x, lengths[i] ?? 0] as const).filter(([, length]) => length > 0);
    const units = await each(new Int32Array(some.flat()), 2, 'let result = unitOf(words[at], words[at + 1u]);');
    expect([...units]).toEqual(some.map(([x, length]) => unitOf(x, length)));
  });
});
