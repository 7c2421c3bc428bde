import type { Bytes } from '@tabgrid/protocol/bytes';
import { afterAll, describe, expect, it } from 'vitest';
import { GpuLostError, type GpuSession, InvalidTaskError } from './gpu-session.js';
import type { Kernel, Outputs, RunControl, TaskInput } from './kernel.js';

/** A software adapter on a busy machine takes seconds to compile. */
const TIMEOUT_MS = 300_000;

/** What a kernel brings to its acceptance suite. */
export interface KernelCase<P> {
  readonly kernel: Kernel<P>;
  readonly params: P;
  readonly inputs: readonly TaskInput[];
  /** Other cuts of the same work: each a list of tasks whose outputs, joined, must equal the whole task's, bit for bit. */
  readonly splits: readonly {
    readonly name: string;
    readonly parts: readonly P[];
    join(parts: readonly Outputs[]): readonly Bytes[];
  }[];
  /** Spoilt copies of a good result, each of which `fault` must name. */
  spoil(outputs: readonly Bytes[]): readonly { readonly name: string; readonly outputs: readonly Bytes[] }[];
  /** The part of a result that `probe(params, secret)` recomputes. */
  part(outputs: readonly Bytes[], probe: P): readonly Bytes[];
}

/**
 * The acceptance suite that every kernel runs on real WGSL.
 * @param session makes a fresh session, or null where there is no adapter
 * @param skipReason why there is none; null to run
 */
export function runKernelTests<P>(
  name: string,
  makeCase: () => Promise<KernelCase<P>>,
  session: () => Promise<GpuSession | null>,
  skipReason: string | null,
): void {
  describe.skipIf(skipReason !== null)(
    `${name}: kernel${skipReason ? ` (skipped: ${skipReason})` : ''}`,
    { timeout: TIMEOUT_MS },
    () => {
      const open: GpuSession[] = [];
      const fresh = async () => {
        const made = await session();
        if (!made) throw new Error('the adapter went away');
        open.push(made);
        return made;
      };
      // Compiling takes longest: what does not spoil the session shares one.
      let common: Promise<GpuSession> | undefined;
      const shared = () => {
        common ??= fresh();
        return common;
      };
      afterAll(() => {
        for (const made of open.splice(0)) made.close();
      });

      it('gives the same bits twice, of the lengths that it names, and nothing is wrong with them', async () => {
        const { kernel, params, inputs } = await makeCase();
        const gpu = await shared();
        const first = await kernel.run(gpu, params, inputs, control());
        const second = await kernel.run(gpu, params, inputs, control());
        expect(first.outputs.map((o) => o.byteLength)).toEqual(kernel.task.outputs(params).map((o) => o.bytes));
        expect(kernel.task.fault(params, first.outputs)).toBeNull();
        expect(kernel.task.compare(first.outputs, second.outputs, true)).toEqual({ kind: 'equal' });
        expect(first.stats.submissions).toBeGreaterThan(0);
      });

      it('gives the same bits on another device and with other slices', async () => {
        const { kernel, params, inputs } = await makeCase();
        const whole = await kernel.run(
          withSlices(await shared(), () => 2 ** 40),
          params,
          inputs,
          control(),
        );
        for (const units of [1, 97, 1000]) {
          const gpu = await shared();
          // Slices of a few units would be thousands: the size starts there and grows.
          let size = units;
          const cut = await kernel.run(
            withSlices(gpu, () => {
              size *= 1.7;
              return Math.ceil(size);
            }),
            params,
            inputs,
            control(),
          );
          expect(cut.stats.submissions).toBeGreaterThan(whole.stats.submissions);
          expect(kernel.task.compare(whole.outputs, cut.outputs, true)).toEqual({ kind: 'equal' });
        }
      });

      it('gives the same bits whatever the split, in any order', async () => {
        const { kernel, params, inputs, splits } = await makeCase();
        const gpu = await shared();
        const whole = await kernel.run(gpu, params, inputs, control());
        for (const split of splits) {
          const parts: Outputs[] = [];
          for (const part of [...split.parts].reverse()) parts.unshift(await kernel.run(gpu, part, inputs, control()));
          for (const [i, part] of split.parts.entries()) {
            expect(kernel.task.fault(part, parts[i]?.outputs ?? []), split.name).toBeNull();
          }
          expect(kernel.task.compare(whole.outputs, split.join(parts), true), split.name).toEqual({ kind: 'equal' });
        }
      });

      it('gives the same bits for a probe as the whole has there', async () => {
        const { kernel, params, inputs, part } = await makeCase();
        const gpu = await shared();
        const whole = await kernel.run(gpu, params, inputs, control());
        for (const secret of [0, 1, 0xdead_beef, 0xffff_ffff]) {
          const probe = kernel.task.probe(params, secret);
          const checked = await kernel.run(gpu, probe, inputs, control());
          expect(kernel.task.compare(part(whole.outputs, probe), checked.outputs, true)).toEqual({ kind: 'equal' });
        }
      });

      it('reports progress up to 1, and the last submission once, before the result', async () => {
        const { kernel, params, inputs } = await makeCase();
        const gpu = withSlices(await shared(), () => 500);
        const shares: number[] = [];
        let submitted = 0;
        await kernel.run(gpu, params, inputs, {
          ...control(),
          progress: (share) => shares.push(share),
          submitted: () => {
            submitted++;
          },
        });
        expect(submitted).toBe(1);
        expect(shares).toEqual([...shares].sort((a, b) => a - b));
        expect(shares.at(-1)).toBe(1);
      });

      it('reads an input’s bytes only when the session does not hold them', async () => {
        const { kernel, params, inputs } = await makeCase();
        const gpu = await shared();
        await kernel.run(gpu, params, inputs, control());
        const gone = inputs.map(({ ref }) => ({ ref, bytes: () => Promise.reject(new Error('read again')) }));
        await expect(kernel.run(gpu, params, gone, control())).resolves.toBeDefined();
      });

      it('begins the next task while the last one is read back', async () => {
        const { kernel, params, inputs } = await makeCase();
        const gpu = await shared();
        let next: Promise<Outputs> | undefined;
        const first = await kernel.run(gpu, params, inputs, {
          ...control(),
          submitted: () => {
            next = kernel.run(gpu, params, inputs, control());
          },
        });
        const second = await next;
        expect(kernel.task.compare(first.outputs, second?.outputs ?? [], true)).toEqual({ kind: 'equal' });
      });

      it('aborts between two submissions with the signal’s reason', async () => {
        const { kernel, params, inputs } = await makeCase();
        const gpu = withSlices(await shared(), () => 200);
        const abort = new AbortController();
        let submissions = 0;
        const run = kernel.run(gpu, params, inputs, {
          ...control(abort.signal),
          progress: () => {
            if (++submissions === 2) abort.abort(new Error('enough'));
          },
        });
        await expect(run).rejects.toThrow('enough');
        expect(submissions).toBeLessThanOrEqual(3);
        await expect(kernel.run(gpu, params, inputs, control(AbortSignal.abort(new Error('never'))))).rejects.toThrow(
          'never',
        );
        // The session is as good as before.
        expect(kernel.task.fault(params, (await kernel.run(gpu, params, inputs, control())).outputs)).toBeNull();
      });

      it('rejects with GpuLostError when the device goes in mid-task, and a fresh session gives the same bits', async () => {
        const { kernel, params, inputs } = await makeCase();
        const before = await kernel.run(await shared(), params, inputs, control());
        const gpu = await fresh();
        let submissions = 0;
        const run = kernel.run(
          withSlices(gpu, () => 200),
          params,
          inputs,
          {
            ...control(),
            progress: () => {
              if (++submissions === 3) gpu.device.destroy();
            },
          },
        );
        await expect(run).rejects.toBeInstanceOf(GpuLostError);
        const after = await kernel.run(await fresh(), params, inputs, control());
        expect(kernel.task.compare(before.outputs, after.outputs, true)).toEqual({ kind: 'equal' });
      });

      it('refuses inputs that are not the task’s', async () => {
        const { kernel, params, inputs } = await makeCase();
        const gpu = await fresh();
        await expect(kernel.run(gpu, params, inputs.slice(1), control())).rejects.toBeInstanceOf(InvalidTaskError);
        const short = inputs.map(({ ref }) => ({ ref, bytes: async () => new Uint8Array(4) }));
        await expect(kernel.run(gpu, params, short, control())).rejects.toThrow();
      });

      it('finds what is wrong with spoilt results', async () => {
        const { kernel, params, inputs, spoil } = await makeCase();
        const { outputs } = await kernel.run(await shared(), params, inputs, control());
        for (const spoilt of spoil(outputs))
          expect(kernel.task.fault(params, spoilt.outputs), spoilt.name).toEqual(expect.any(String));
        expect(kernel.task.fault(params, [])).toEqual(expect.any(String));
        expect(
          kernel.task.fault(
            params,
            outputs.map((o) => new Uint8Array(o.byteLength)),
          ),
        ).toEqual(expect.any(String));
      });
    },
  );
}

function control(signal: AbortSignal = new AbortController().signal): RunControl {
  return { signal, progress() {}, submitted() {} };
}

/** The session with slices of a size that the test decides. */
function withSlices(gpu: GpuSession, units: () => number): GpuSession {
  const slicer = { units };
  const view: GpuSession = {
    device: gpu.device,
    adapterClass: gpu.adapterClass,
    lost: gpu.lost,
    pipeline: (key, make) => gpu.pipeline(key, make),
    resource: (key, bytes, make) => gpu.resource(key, bytes, make),
    submit: (_slicer, count, encode) => gpu.submit(slicer, count, encode),
    slicer: () => slicer,
    readBuffer: (buffer, bytes) => gpu.readBuffer(buffer, bytes),
    now: () => gpu.now(),
    setIntensity: (share) => gpu.setIntensity(share),
    busyMs: () => gpu.busyMs(),
    close: () => gpu.close(),
  };
  return view;
}
