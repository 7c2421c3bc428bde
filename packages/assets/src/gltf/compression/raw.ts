import type { Bytes } from '@tabgrid/protocol/bytes';
import type { GltfJson } from '../schema.js';

/** A file's JSON, and the bytes of its buffers in the same order. */
export interface RawGltf {
  readonly json: GltfJson;
  readonly buffers: readonly Bytes[];
}
