import type { Bytes } from '@tabgrid/protocol/bytes';
import * as v from 'valibot';
import { AssetError } from '../asset-error.js';
import { type Accessors, createAccessors } from './accessor.js';
import { broken } from './broken.js';
import { unpackDraco } from './compression/draco.js';
import type { LoadDraco } from './compression/draco-module.js';
import { unpackMeshopt } from './compression/meshopt.js';
import type { RawGltf } from './compression/raw.js';
import { openContainer } from './container.js';
import { checkExtensions } from './extensions.js';
import { type ResourceLookup, readUri } from './resources.js';
import { GltfHeader, GltfJson } from './schema.js';
import { validateGltf } from './validate.js';

/** A file taken apart and checked: its JSON, what its accessors hold, and its raw buffers. */
export interface OpenGltf {
  readonly json: GltfJson;
  readonly accessors: Accessors;
  readonly buffers: readonly Bytes[];
  readonly warnings: readonly string[];
}

export interface OpenDeps {
  readonly resource: ResourceLookup | undefined;
  readonly loadDraco: LoadDraco | undefined;
}

/** @throws AssetError */
export async function openGltf(file: Bytes, { resource, loadDraco }: OpenDeps): Promise<OpenGltf> {
  const container = openContainer(file);
  const header = parse(GltfHeader, container.json);
  if (!header.asset.version.startsWith('2.')) {
    throw new AssetError(`This is glTF ${header.asset.version.slice(0, 16)}; export the model as glTF 2.0.`);
  }
  const warnings = checkExtensions(header);
  const raw = withBuffers(parse(GltfJson, container.json), container.bin, resource);
  const { json, buffers } = await unpackDraco(await unpackMeshopt(raw), loadDraco);
  validateGltf(
    json,
    buffers.map((buffer) => buffer.byteLength),
  );
  return { json, accessors: createAccessors(json, buffers), buffers, warnings };
}

/** The bytes of each buffer. Those that only stand in for packed data are left empty: what needs them is broken. */
function withBuffers(json: GltfJson, bin: Bytes | null, resource: ResourceLookup | undefined): RawGltf {
  const buffers = json.buffers.map((buffer, i): Bytes => {
    if (isFallback(buffer)) return new Uint8Array(0);
    if (buffer.uri !== undefined) return readUri(buffer.uri, resource);
    if (i === 0 && bin) return bin;
    throw broken(`buffer ${i} has no data`);
  });
  const described = json.buffers.map((buffer) => (isFallback(buffer) ? { ...buffer, byteLength: 0 } : buffer));
  return { json: { ...json, buffers: described }, buffers };
}

function isFallback({ extensions }: GltfJson['buffers'][number]): boolean {
  return (extensions?.KHR_meshopt_compression ?? extensions?.EXT_meshopt_compression)?.fallback ?? false;
}

function parse<T extends v.GenericSchema>(schema: T, json: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue) ?? 'the file';
  throw new AssetError(
    `This is not a valid glTF: at ${path.slice(0, 100)}: ${issue.message.slice(0, 160)}. Export the model again.`,
  );
}
