import type { Bytes } from '@tabgrid/protocol/bytes';
import { createExposure, type Exposure, expose } from '@tabgrid/splitters/view/exposure';
import type { Begun } from '@tabgrid/splitters/view/planner';
import type { PathtraceParams } from '@tabgrid/webgpu-kernels/pathtrace/task';
import type { ViewportLayer, ViewportPart, ViewportPicture } from './api.js';

/**
 * What the viewport shows.
 *
 * 1. All of it is of one camera. A rough picture takes the place of what was shown when all of its parts are there, finer parts
 *    are shown as they come, over the rougher picture of the same camera.
 * 2. `under` is whole.
 */
export interface Layers {
  begin(round: Begun, frame: number): void;
  /** A part of the round under way. */
  add(part: Pick<PathtraceParams, 'tile' | 'samples'>, result: Bytes): void;
  /** Every part of the round under way is there. */
  whole(): void;
  /** The round under way is not wanted any more. */
  drop(): void;
  picture(): ViewportPicture | null;
  /** What the rows of the picture shown cost; null before the first. */
  rowCosts(): readonly number[] | null;
}

interface Layer {
  readonly film: Exposure;
  readonly parts: ViewportPart[];
}

/** The whole picture, and the round that makes another one of it. */
interface Shown {
  readonly frame: number;
  readonly round: Begun;
  readonly layer: Layer;
}

export function createLayers(): Layers {
  let under: Shown | null = null;
  let coming: Shown | null = null;
  let revision = 0;
  let cached: ViewportPicture | null = null;

  const touch = (): void => {
    revision++;
    cached = null;
  };

  const view = ({ film, parts }: Layer): ViewportLayer => ({
    width: film.width,
    height: film.height,
    rgb: film.rgb,
    parts: [...parts],
  });

  /** Whether parts of what comes are shown before it is whole. */
  const isShown = ({ round }: Shown): boolean => round.kind !== 'rough';

  return {
    begin(round, frame) {
      const { width, height } = round.size;
      // Further samples go onto the picture that is there.
      const layer =
        round.kind === 'more' && under
          ? under.layer
          : { film: createExposure(width, height), parts: [] as ViewportPart[] };
      coming = { frame, round, layer };
    },
    add({ tile, samples }, result) {
      if (!coming) return;
      expose(coming.layer.film, { tile, samples, result });
      if (isShown(coming)) touch();
      coming.layer.parts.push({ ...tile, revision });
    },
    whole() {
      if (!coming) return;
      touch();
      const { layer, round } = coming;
      const { width, height } = round.size;
      // Whoever has not looked since sees it as one.
      if (!isShown(coming)) layer.parts.splice(0, layer.parts.length, { x: 0, y: 0, width, height, revision });
      under = coming;
      coming = null;
    },
    drop() {
      // What was seen of it stays until there is a picture from the new camera.
      coming = null;
    },
    picture() {
      if (!under) return null;
      const { frame, round, layer } = under;
      const over = coming && isShown(coming) && coming.layer !== layer ? coming.layer : null;
      cached ??= {
        ...{ frame, revision, camera: round.camera },
        under: view(layer),
        over: over && view(over),
        samples: round.samples.first + round.samples.count,
        complete: round.step === 1,
      };
      return cached;
    },
    rowCosts: () => (under ? [...under.layer.film.rowCosts] : null),
  };
}
