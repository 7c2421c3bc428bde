import type { Bytes } from '@tabgrid/protocol/bytes';
import { broken } from './broken.js';
import type { GltfJson } from './schema.js';

/** The data of a validated file's accessors, read when asked for, each once. */
export interface Accessors {
  /**
   * Elements as floats, normalised integers divided out (glTF 2.0 §3.6.2.2: never below −1).
   * @throws AssetError where its elements are not of `size` components
   */
  floats(accessor: number, size: ElementSize): Float32Array;
  /**
   * Whole numbers.
   * @throws AssetError where it holds anything else than unsigned integers
   */
  indices(accessor: number): Uint32Array;
  /** Components an element. */
  sizeOf(accessor: number): number;
}

export type ElementSize = 1 | 2 | 3 | 4 | 16;

type Accessor = GltfJson['accessors'][number];
type TypeName = Accessor['type'];

export const ELEMENT_SIZE = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 } as const;
const TYPE_OF = { 1: 'SCALAR', 2: 'VEC2', 3: 'VEC3', 4: 'VEC4', 16: 'MAT4' } as const satisfies Record<
  ElementSize,
  TypeName
>;

interface Component {
  readonly bytes: number;
  /** Divisor of normalised integers. */
  readonly divisor: number;
  read(view: DataView, at: number): number;
}

export const COMPONENTS: Readonly<Record<Accessor['componentType'], Component>> = {
  5120: { bytes: 1, divisor: 127, read: (view, at) => view.getInt8(at) },
  5121: { bytes: 1, divisor: 255, read: (view, at) => view.getUint8(at) },
  5122: { bytes: 2, divisor: 32_767, read: (view, at) => view.getInt16(at, true) },
  5123: { bytes: 2, divisor: 65_535, read: (view, at) => view.getUint16(at, true) },
  5125: { bytes: 4, divisor: 1, read: (view, at) => view.getUint32(at, true) },
  5126: { bytes: 4, divisor: 1, read: (view, at) => view.getFloat32(at, true) },
};
const UNSIGNED: ReadonlySet<number> = new Set([5121, 5123, 5125]);
const FLOAT = 5126;

/** `json` has passed `validateGltf`: whatever is read below lies inside its buffer. */
export function createAccessors(json: GltfJson, buffers: readonly Bytes[]): Accessors {
  const known = new Map<number, Float32Array>();
  const knownIndices = new Map<number, Uint32Array>();
  const get = (index: number): Accessor => {
    const accessor = json.accessors[index];
    if (!accessor) throw broken(`there is no accessor ${index}`);
    return accessor;
  };
  const once = <T>(cache: Map<number, T>, index: number, make: (accessor: Accessor) => T): T => {
    const values = cache.get(index) ?? make(get(index));
    cache.set(index, values);
    return values;
  };
  const viewOf = (bufferView: number, byteOffset: number) => {
    const view = json.bufferViews[bufferView];
    const buffer = buffers[view?.buffer ?? -1] ?? new Uint8Array(0);
    const start = buffer.byteOffset + (view?.byteOffset ?? 0) + byteOffset;
    return { data: new DataView(buffer.buffer, start), stride: view?.byteStride };
  };

  function fill(accessor: Accessor, out: Float32Array | Uint32Array): void {
    const size = ELEMENT_SIZE[accessor.type];
    const { bytes, divisor, read } = COMPONENTS[accessor.componentType];
    const finish = (x: number) => (accessor.normalized && divisor > 1 ? Math.max(x / divisor, -1) : x);
    if (accessor.bufferView !== undefined && accessor.count > 0) {
      const { data, stride = size * bytes } = viewOf(accessor.bufferView, accessor.byteOffset ?? 0);
      for (let i = 0; i < accessor.count; i++) {
        for (let c = 0; c < size; c++) out[i * size + c] = finish(read(data, i * stride + c * bytes));
      }
    }
    const { sparse } = accessor;
    if (!sparse || sparse.count === 0) return;
    const places = viewOf(sparse.indices.bufferView, sparse.indices.byteOffset);
    const values = viewOf(sparse.values.bufferView, sparse.values.byteOffset);
    const place = COMPONENTS[sparse.indices.componentType];
    for (let i = 0; i < sparse.count; i++) {
      const at = place.read(places.data, i * place.bytes);
      if (at >= accessor.count) {
        throw broken(`a sparse accessor of ${accessor.count} elements replaces element ${at}`);
      }
      for (let c = 0; c < size; c++) out[at * size + c] = finish(read(values.data, (i * size + c) * bytes));
    }
  }

  return {
    floats(index, size) {
      const { type } = get(index);
      if (type !== TYPE_OF[size]) {
        throw broken(`${type} stands where ${size} components are needed`);
      }
      return once(known, index, (accessor) => {
        const plain = plainFloats(accessor);
        if (plain) return plain;
        const out = new Float32Array(accessor.count * size);
        fill(accessor, out);
        return out;
      });
    },
    indices(index) {
      return once(knownIndices, index, (accessor) => {
        if (accessor.type !== 'SCALAR' || !UNSIGNED.has(accessor.componentType)) {
          throw broken('vertex indices are not whole numbers');
        }
        const out = new Uint32Array(accessor.count);
        fill({ ...accessor, normalized: false }, out);
        return out;
      });
    },
    sizeOf: (index) => ELEMENT_SIZE[get(index).type],
  };

  /** Tight, aligned floats need no copy. */
  function plainFloats(accessor: Accessor): Float32Array | null {
    if (accessor.componentType !== FLOAT || accessor.sparse || accessor.bufferView === undefined) return null;
    if (accessor.count === 0) return null;
    const { data, stride } = viewOf(accessor.bufferView, accessor.byteOffset ?? 0);
    const size = ELEMENT_SIZE[accessor.type];
    if (data.byteOffset % 4 !== 0 || (stride !== undefined && stride !== size * 4)) return null;
    return new Float32Array(data.buffer, data.byteOffset, accessor.count * size);
  }
}
