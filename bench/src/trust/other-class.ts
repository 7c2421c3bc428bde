import type { GpuSession } from '@tabgrid/webgpu-kernels/gpu-session';

/**
 * Stands in for other classes of adapters where there is only one: the same kernel with its arithmetic changed within what WGSL lets
 * compilers and GPUs do. Fused: products that are added are not rounded in between. Off: fused, and every sum of products and
 * every root lies up to 3.5 units in the last place away, as its own bits decide; more than most hardware does.
 */

export const VARIANTS = ['plain', 'fused', 'off'] as const;
export type Variant = (typeof VARIANTS)[number];

const FUSED = /* wgsl */ `
fn otherDot(a: vec3f, b: vec3f) -> f32 {
  return offBy(fma(a.x, b.x, fma(a.y, b.y, a.z * b.z)));
}

fn otherCross(a: vec3f, b: vec3f) -> vec3f {
  return vec3f(
    offBy(fma(a.y, b.z, -(a.z * b.y))),
    offBy(fma(a.z, b.x, -(a.x * b.z))),
    offBy(fma(a.x, b.y, -(a.y * b.x))),
  );
}

fn otherRoot(x: f32) -> f32 {
  return offBy(sqrt(x));
}
`;

const EXACT = /* wgsl */ `
fn offBy(x: f32) -> f32 {
  return x;
}
`;

const OFF = /* wgsl */ `
fn offBy(x: f32) -> f32 {
  let luck = (bitcast<u32>(x) * 0x9e3779b9u) >> 29u;
  return x * (1.0 + (f32(luck) - 3.5) * 0x1p-23);
}
`;

/** @throws Error when the kernel has none of what is changed: nothing would be another class then */
export function otherArithmetic(wgsl: string, variant: Variant): string {
  if (variant === 'plain') return wgsl;
  const changes: readonly [RegExp, string][] = [
    // Of vectors of three: the kernel unpacks texels by others.
    [/\bdot\((?!vec4f)/g, 'otherDot('],
    [/\bcross\(/g, 'otherCross('],
    [/\bsqrt\(/g, 'otherRoot('],
  ];
  let changed = wgsl;
  for (const [what, by] of changes) {
    if (!what.test(changed))
      throw new Error(`the kernel has no ${what.source} any more: another class cannot be made of it`);
    changed = changed.replaceAll(what, by);
  }
  return `${variant === 'off' ? OFF : EXACT}${FUSED}${changed}`;
}

/** A session on which kernels compute as adapters of another class might. */
export function otherClass(session: GpuSession, variant: Variant): GpuSession {
  if (variant === 'plain') return session;
  return forwarding(session, 'pipeline', (key: string, make: Parameters<GpuSession['pipeline']>[1]) =>
    session.pipeline(`${variant} ${key}`, (device) =>
      make(
        forwarding(device, 'createShaderModule', (descriptor: GPUShaderModuleDescriptor) =>
          device.createShaderModule({ ...descriptor, code: otherArithmetic(descriptor.code, variant) }),
        ),
      ),
    ),
  );
}

/** The same object with one method in the place of its own. */
function forwarding<T extends object, K extends keyof T>(object: T, name: K, method: T[K]): T {
  return new Proxy(object, {
    get(target, key) {
      if (key === name) return method;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
