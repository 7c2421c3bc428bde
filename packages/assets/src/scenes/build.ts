import type { Bytes } from '@tabgrid/protocol/bytes';
import { buildBunny } from './bunny.js';
import { buildCornell } from './cornell.js';
import { buildSpheres } from './spheres.js';

/** Scenes that the program makes itself. */
export const BUILTIN_SCENES = ['cornell', 'spheres', 'bunny'] as const;
export type BuiltinSceneName = (typeof BUILTIN_SCENES)[number];

const BUILDERS: Readonly<Record<BuiltinSceneName, () => Promise<Bytes>>> = {
  cornell: buildCornell,
  spheres: buildSpheres,
  bunny: buildBunny,
};

/**
 * A built-in scene as a GLB file: lit by its own surfaces, with one camera named `camera`, below 70,000 triangles.
 */
export function buildScene(name: BuiltinSceneName): Promise<Bytes> {
  return BUILDERS[name]();
}
