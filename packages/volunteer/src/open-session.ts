import type { Clock } from '@tabgrid/protocol/clock';
import { requestGpuSession } from '@tabgrid/webgpu-kernels/create-gpu-session';
import { NoGpuError } from '@tabgrid/webgpu-kernels/gpu-session';
import { explainNoGpu } from '@tabgrid/webgpu-kernels/no-gpu';
import type { SlicerFigures } from '@tabgrid/webgpu-kernels/slicer';
import type { OpenedSession } from './gpu-worker-core.js';

/** Most feature names that `Capabilities` takes. */
const MAX_FEATURES = 64;

/** A GPU session and what it can do, as a volunteer tells it. @throws NoGpuError with what to do in this browser */
export async function openGpuSession(here: {
  readonly gpu: GPU | null;
  /** As in an adapter class: `chromium-156`. */
  readonly browser: string;
  readonly secure: boolean;
  readonly cpuCores: number;
  readonly clock: Clock;
  readonly remembered: SlicerFigures;
}): Promise<OpenedSession> {
  const { browser, clock, gpu, remembered, secure } = here;
  if (gpu === null) throw new NoGpuError(explainNoGpu({ secure, api: false, browser }));
  const session = await requestGpuSession(gpu, { clock, browser, remembered });
  return {
    session,
    capabilities: {
      adapter: session.adapterClass,
      software: session.software,
      features: [...session.device.features].slice(0, MAX_FEATURES),
      limits: limitsOf(session.device.limits),
      cpuCores: here.cpuCores,
    },
  };
}

/** The limits by name. They are getters of a prototype, which spreading would miss. */
function limitsOf(limits: GPUSupportedLimits): Record<string, number> {
  const named: Record<string, number> = {};
  for (const name in limits) {
    const value: unknown = Reflect.get(limits, name);
    if (typeof value === 'number') named[name] = value;
  }
  return named;
}
