import type { BuiltinSceneName } from '@tabgrid/assets/scenes/build';
import type { Variant } from './other-class.js';

/** What the child process that has the GPU is asked for, and what it answers. Its tiles come in a file. */

export interface Shot {
  readonly scene: BuiltinSceneName;
  readonly variant: Variant;
  readonly seed: number;
  /** Of the film and of its tiles, in pixels; the film is a square. */
  readonly side: number;
  readonly tile: number;
  readonly spp: number;
  readonly block: number;
  readonly bounces: number;
}

/** What a probe takes on this adapter, against its whole tile; medians. */
export interface ProbeCost {
  readonly tilePx: number;
  readonly unitsShare: number;
  readonly kernelShare: number;
  readonly wallShare: number;
}

export interface Answer {
  readonly adapter: string;
  /** The parameters that all tiles of each shot have in common, as JSON. */
  readonly bases: readonly string[];
  readonly costs: readonly ProbeCost[];
}
