import { type Bytes, bytesOf, concatBytes } from '@tabgrid/protocol/bytes';
import { readGltf } from '../gltf.js';

/** glTF files put together by hand, for tests: every byte is what the test says. */

type Json = Record<string, unknown>;
type Numbers = Float32Array | Uint32Array | Uint16Array | Uint8Array | Int16Array | Int8Array;

const COMPONENT_TYPES = new Map<unknown, number>([
  [Int8Array, 5120],
  [Uint8Array, 5121],
  [Int16Array, 5122],
  [Uint16Array, 5123],
  [Uint32Array, 5125],
  [Float32Array, 5126],
]);
const SIZES = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT4: 16 } as const;

/** A file under construction: lists to push into, and what becomes of them. */
export interface GltfFixture {
  readonly json: Json & { readonly [list in (typeof LISTS)[number]]: Json[] };
  /** Appends data with a view and an accessor of its own; returns the accessor's index. */
  accessor(data: Numbers, type: keyof typeof SIZES, more?: Json): number;
  /** Appends bytes with a view of its own; returns the view's index. */
  view(data: Uint8Array, more?: Json): number;
  /** @param more buffers beside the one in the file */
  glb(more?: readonly Json[]): Bytes;
  /** As .gltf text, its one buffer as a data: URI or under `uri`; and the buffer. */
  gltf(uri?: string): { readonly file: Bytes; readonly buffer: Bytes };
}

const LISTS = [
  'animations',
  'nodes',
  'meshes',
  'skins',
  'cameras',
  'materials',
  'textures',
  'samplers',
  'images',
  'accessors',
  'bufferViews',
] as const;

export function createFixture(): GltfFixture {
  let buffer: Bytes = new Uint8Array(0);
  const json = {
    asset: { version: '2.0' },
    animations: [],
    nodes: [],
    meshes: [],
    skins: [],
    cameras: [],
    materials: [],
    textures: [],
    samplers: [],
    images: [],
    accessors: [],
    bufferViews: [],
  } satisfies GltfFixture['json'];
  const fixture: GltfFixture = {
    json,
    view(data, more = {}) {
      const byteOffset = buffer.byteLength;
      buffer = concatBytes([buffer, data, new Uint8Array((4 - (data.byteLength % 4)) % 4)]);
      return fixture.json.bufferViews.push({ buffer: 0, byteOffset, byteLength: data.byteLength, ...more }) - 1;
    },
    accessor(data, type, more = {}) {
      const bufferView = fixture.view(bytesOf(data));
      const componentType = COMPONENT_TYPES.get(data.constructor);
      return (
        fixture.json.accessors.push({ bufferView, componentType, count: data.length / SIZES[type], type, ...more }) - 1
      );
    },
    glb(more = []) {
      const withBuffer = { ...trimmed(fixture.json), buffers: [{ byteLength: buffer.byteLength }, ...more] };
      return packGlb(new TextEncoder().encode(JSON.stringify(withBuffer)), buffer);
    },
    gltf(uri = `data:application/octet-stream;base64,${Buffer.from(buffer).toString('base64')}`) {
      const withBuffer = { ...trimmed(fixture.json), buffers: [{ byteLength: buffer.byteLength, uri }] };
      return { file: bytesOf(new TextEncoder().encode(JSON.stringify(withBuffer))), buffer };
    },
  };
  return fixture;
}

/** Without empty lists, as files have it. */
function trimmed(json: Json): Json {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

export function packGlb(json: Uint8Array, bin: Uint8Array | null): Bytes {
  const pad = (bytes: Uint8Array, filler: number) =>
    concatBytes([bytes, new Uint8Array((4 - (bytes.byteLength % 4)) % 4).fill(filler)]);
  const chunk = (type: number, data: Bytes) => concatBytes([words(data.byteLength, type), data]);
  const chunks = concatBytes([
    chunk(0x4e4f534a, pad(json, 0x20)),
    ...(bin && bin.byteLength > 0 ? [chunk(0x004e4942, pad(bin, 0))] : []),
  ]);
  return concatBytes([words(0x46546c67, 2, 12 + chunks.byteLength), chunks]);
}

/** The JSON of a GLB with a binary chunk, and that chunk. */
export function splitGlb(file: Bytes): { json: string; bin: Bytes } {
  const jsonBytes = new DataView(file.buffer).getUint32(12, true);
  return { json: new TextDecoder().decode(file.subarray(20, 20 + jsonBytes)), bin: file.slice(28 + jsonBytes) };
}

export function words(...values: number[]): Bytes {
  return bytesOf(Uint32Array.from(values));
}

/** One triangle in the plane z = 0, counter-clockwise seen from +Z. */
export const TRIANGLE = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0);

/** A fixture with one node that shows one triangle; the primitive and the node can be added to. */
export function triangleFixture(primitive: Json = {}, node: Json = {}): GltfFixture {
  const fixture = createFixture();
  const { attributes, ...rest } = primitive;
  const position = fixture.accessor(TRIANGLE, 'VEC3');
  fixture.json.meshes.push({
    name: 'shape',
    primitives: [{ attributes: { POSITION: position, ...(attributes ?? {}) }, ...rest }],
  });
  fixture.json.nodes.push({ mesh: 0, ...node });
  return fixture;
}

/** The primitives of the first mesh, to be changed. */
export function primitivesOf(fixture: GltfFixture): Json[] {
  const primitives = fixture.json.meshes[0]?.['primitives'];
  if (!Array.isArray(primitives)) throw new Error('the fixture has no mesh');
  return primitives;
}

/** Adds an attribute to the first mesh's first primitive. */
export function addAttribute(fixture: GltfFixture, semantic: string, accessor: number): void {
  const [primitive] = primitivesOf(fixture);
  if (primitive) primitive['attributes'] = { ...Object(primitive['attributes']), [semantic]: accessor };
}

/** An image decoder that takes its picture from the bytes: width, height, then a colour. */
export async function decodeTiny(bytes: Bytes) {
  const [width = 0, height = 0, ...color] = bytes;
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < rgba.length; i++) rgba[i] = color[i % 4] ?? 0;
  return { width, height, rgba };
}

export function read(file: Bytes) {
  return readGltf(file, { decodeImage: decodeTiny });
}

/** Rounded, for comparison. */
export function rounded(list: ArrayLike<number>, digits = 5): number[] {
  return Array.from(list, (x) => Number(x.toFixed(digits)) + 0);
}
