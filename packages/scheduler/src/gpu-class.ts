import type { AdapterClass, Capabilities } from '@tabgrid/protocol/task';

/**
 * Classes of GPUs. WebGPU shows no ray-tracing hardware, but the architecture's name tells which generation has it – as far as
 * a generation does: some of its smallest members may lack the units.
 */

/** Architectures with ray-tracing units, as browsers name them, by vendor. */
const RAY_TRACING: Readonly<Record<string, RegExp>> = {
  nvidia: /^(turing|ampere|ada-lovelace|lovelace|blackwell)/,
  amd: /^rdna-([2-9]|\d\d)/,
  intel: /^(gen-12hp|xe)/,
  apple: /^apple-(9|\d\d)/,
};

/** What an adapter lacks of a class of GPU; null when it belongs to it. */
export function lackedOfClass(
  { adapter, software }: Pick<Capabilities, 'adapter' | 'software'>,
  wanted: 'hardware' | 'rayTracing',
): string | null {
  if (software) return 'a GPU (WebGPU runs in software there)';
  if (wanted === 'hardware' || hasRayTracing(adapter)) return null;
  const name = [adapter.vendor, adapter.architecture].filter(Boolean).join(' ') || 'an unknown one';
  return `a GPU with ray-tracing hardware (has ${name})`;
}

function hasRayTracing({ vendor, architecture }: AdapterClass): boolean {
  return RAY_TRACING[vendor.toLowerCase()]?.test(architecture.toLowerCase()) ?? false;
}
