import { builtinEnvironment } from '@tabgrid/assets/builtin-environment';
import type { Bytes } from '@tabgrid/protocol/bytes';
import type { EnvironmentSource } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';

/** What a reference picture is taken of. */
export interface ReferenceShot {
  /** Its first camera looks. */
  readonly glb: Bytes;
  readonly environment: EnvironmentSource;
  /** A thin lens, metres. */
  readonly lens?: { readonly radius: number; readonly distance: number };
}

/** A small scene whose picture is wrong where one feature is. */
export interface ReferenceScene {
  /** Of the feature, and of its picture's file. */
  readonly name: string;
  /** Pixels; absent: 72 × 72. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Mean FLIP that the noise of a picture of few samples may cause; absent: 0.1. */
  readonly bound?: number;
  /** Whether the scene can be had without the feature. */
  readonly removable: boolean;
  /** With the feature, or without it, as a renderer shows it that does not know it. */
  readonly shot: (has: boolean) => Promise<ReferenceShot> | ReferenceShot;
}

export const SKY: EnvironmentSource = builtinEnvironment();
/** Enough to see by, so that what a lamp lights stands out. */
export const DUSK: EnvironmentSource = { kind: 'constant', radiance: [0.06, 0.07, 0.09] };
export const DARK: EnvironmentSource = { kind: 'constant', radiance: [0, 0, 0] };
