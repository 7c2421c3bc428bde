import { type Document, type ILogger, WebIO } from '@gltf-transform/core';
import { KHRMaterialsEmissiveStrength, KHRMaterialsUnlit, KHRTextureTransform } from '@gltf-transform/extensions';
import type { Bytes } from '@tabgrid/protocol/bytes';
import * as v from 'valibot';
import { AssetError, reasonOf } from '../asset-error.js';
import { openContainer } from './container.js';
import { checkExtensions } from './extensions.js';
import { type ResourceLookup, readUri } from './resources.js';
import { GltfHeader, GltfJson } from './schema.js';
import { validateGltf } from './validate.js';

/** A file taken apart: its checked JSON, the library's view of it (accessors, materials), and its raw buffers. */
export interface OpenGltf {
  /** Positions in its lists of accessors, meshes, materials and images equal those in `document`'s. */
  readonly json: GltfJson;
  readonly document: Document;
  readonly buffers: readonly Bytes[];
  readonly warnings: readonly string[];
}

/** Extensions whose material data the library parses. They count where they are used, declared or not. */
const PARSED = [KHRMaterialsEmissiveStrength, KHRMaterialsUnlit, KHRTextureTransform] as const;

const SILENT: ILogger = { debug() {}, info() {}, warn() {}, error() {} };
const NO_BYTES: Bytes = new Uint8Array(0);

/** @throws AssetError */
export async function openGltf(file: Bytes, resource: ResourceLookup | undefined): Promise<OpenGltf> {
  const container = openContainer(file);
  const header = parse(GltfHeader, container.json);
  if (!header.asset.version.startsWith('2.')) {
    throw new AssetError(`This is glTF ${header.asset.version.slice(0, 16)}; export the model as glTF 2.0.`);
  }
  const extensionWarnings = checkExtensions(header);
  const json = parse(GltfJson, container.json);
  const buffers = json.buffers.map((buffer, i) => {
    if (buffer.uri !== undefined) return readUri(buffer.uri, resource);
    if (i === 0 && container.bin) return container.bin;
    throw new AssetError(`The glTF is broken: buffer ${i} has no data. Export the model again.`);
  });
  validateGltf(
    json,
    buffers.map((buffer) => buffer.byteLength),
  );
  const unreadable = json.textures.some((texture) => imageOf(texture) === undefined);
  const warnings = unreadable ? [...extensionWarnings, NO_IMAGE_WARNING] : extensionWarnings;
  return { json, document: await toDocument(json, buffers), buffers, warnings };
}

const NO_IMAGE_WARNING = 'Some textures have no image in a supported format: their surfaces show plain colours.';

/** A texture takes its PNG or JPEG where it has one, and else the WebP or AVIF of an extension. */
function imageOf({ source, extensions }: GltfJson['textures'][number]): number | undefined {
  return source ?? extensions?.EXT_texture_webp?.source ?? extensions?.EXT_texture_avif?.source;
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

/**
 * The library reads what holds data: accessors, meshes and materials. It gets buffers under names of ours, no images
 * (those are decoded later, and only where used), and no nodes (`nodes.ts` takes matrices as they stand).
 */
async function toDocument(json: GltfJson, buffers: readonly Bytes[]): Promise<Document> {
  const resources: Record<string, Bytes> = { image: NO_BYTES };
  const named = json.buffers.map(({ byteLength }, i) => {
    resources[`buffer${i}`] = buffers[i] ?? NO_BYTES;
    return { uri: `buffer${i}`, byteLength };
  });
  const images = json.images.map(() => ({ uri: 'image' }));
  const textures = json.textures.map((texture) => {
    const [image, { sampler }] = [imageOf(texture), texture];
    return { ...(image !== undefined && { source: image }), ...(sampler !== undefined && { sampler }) };
  });
  const extensionsUsed = PARSED.map((extension) => extension.EXTENSION_NAME);
  // Deeper than the schema reaches, the library throws whatever it meets; that is a broken file too.
  try {
    return await new WebIO()
      .setLogger(SILENT)
      .registerExtensions([...PARSED])
      .readJSON({
        json: {
          asset: { version: '2.0' },
          accessors: json.accessors,
          bufferViews: json.bufferViews,
          buffers: named,
          extensionsUsed,
          images,
          materials: json.materials,
          meshes: json.meshes,
          samplers: json.samplers,
          textures,
        },
        resources,
      });
  } catch (error) {
    throw new AssetError(`The glTF cannot be read: ${reasonOf(error).slice(0, 200)}. Export the model again.`);
  }
}
