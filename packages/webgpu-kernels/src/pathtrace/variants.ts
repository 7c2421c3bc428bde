/**
 * Forms of the kernel that give the same bits and differ in speed from one GPU to another. The first is the base: it runs
 * everywhere, and it is what others are compared with.
 */
export interface Variant {
  /** Equal names, equal code; part of pipelines' keys. */
  readonly name: string;
  /** Invocations a workgroup. */
  readonly workgroup: 32 | 64 | 128 | 256;
  /** How lanes go over a tile's pixels: row by row, or square by square (8 × 8), whose rays lie closer together. */
  readonly order: 'rows' | 'squares';
  /** Nested loops (down to a leaf, then through leaves), or one that takes a node or a triangle a turn (Aila and Laine 2009). */
  readonly loops: 'nested' | 'single';
  /** Where the traversal's stack lies. */
  readonly stack: 'private' | 'workgroup';
  /** When a triangle's alpha is looked up: at once, or while the walk halts (which spares most triangles the code for it). */
  readonly alpha: 'at once' | 'halting';
}

export const BASE: Variant = {
  name: 'base',
  workgroup: 64,
  order: 'rows',
  loops: 'nested',
  stack: 'private',
  alpha: 'halting',
};

const also = (name: string, changes: Partial<Variant>): Variant => ({ ...BASE, ...changes, name });

export const VARIANTS: readonly Variant[] = [
  BASE,
  also('small groups', { workgroup: 32 }),
  also('large groups', { workgroup: 128 }),
  also('squares', { order: 'squares' }),
  also('single loop', { loops: 'single' }),
  also('shared stack', { stack: 'workgroup' }),
  also('squares, shared stack', { order: 'squares', stack: 'workgroup' }),
  also('alpha at once', { alpha: 'at once' }),
  also('squares, shared stack, alpha at once', { order: 'squares', stack: 'workgroup', alpha: 'at once' }),
];

/**
 * Entries that an invocation's stack has. One more than the trees need: what is not pushed is written there. And one for the
 * rest of a leaf at which a walk halted.
 */
export function stackEntries(trees: number): number {
  return trees + 2;
}

/** Whether a variant's workgroup is one that the device takes. @param stack entries that the scene's trees need */
export function fitsDevice(variant: Variant, stack: number, limits: WorkgroupLimits): boolean {
  const bytes = variant.stack === 'workgroup' ? 4 * stackEntries(stack) * variant.workgroup : 0;
  return (
    variant.workgroup <= Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX) &&
    bytes <= limits.maxComputeWorkgroupStorageSize
  );
}

type WorkgroupLimits = Pick<
  GPUSupportedLimits,
  'maxComputeInvocationsPerWorkgroup' | 'maxComputeWorkgroupSizeX' | 'maxComputeWorkgroupStorageSize'
>;
