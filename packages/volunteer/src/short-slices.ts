import type { GpuSession } from '@tabgrid/webgpu-kernels/gpu-session';

/** Of the usual length of a submission: two of them in flight keep what comes next waiting for 30 ms instead of 90. */
const SCALE = 1 / 3;

/**
 * A session for work that a person looks at, and that may be stopped at any time for what is wanted instead: its submissions are
 * shorter, and their size is learned apart from that of others.
 * @param ahead whether they go before those of other work
 */
export function inShortSlices(gpu: GpuSession, ahead: boolean): GpuSession {
  return {
    get device() {
      return gpu.device;
    },
    adapterClass: gpu.adapterClass,
    lost: gpu.lost,
    pipeline: (key, make) => gpu.pipeline(key, make),
    resource: (key, bytes, make) => gpu.resource(key, bytes, make),
    submit: (slicer, units, encode) => gpu.submit(slicer, units, encode, ahead),
    slicer: (key, initialUnits) => gpu.slicer(`${key} short`, initialUnits * SCALE, SCALE),
    readBuffer: (buffer, bytes) => gpu.readBuffer(buffer, bytes),
    now: () => gpu.now(),
    setIntensity: (share) => gpu.setIntensity(share),
    busyMs: () => gpu.busyMs(),
    close: () => gpu.close(),
  };
}
