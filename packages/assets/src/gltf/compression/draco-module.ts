/** The part of Draco's decoder (npm `draco3dgltf`) that is used here. Objects live in its memory until destroyed. */
export interface DracoModule {
  readonly Decoder: new () => DracoDecoder;
  readonly DecoderBuffer: new () => DracoObject & { Init(data: Int8Array, length: number): void };
  readonly Mesh: new () => DracoMesh;
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  readonly DT_INT8: number;
  readonly DT_UINT8: number;
  readonly DT_INT16: number;
  readonly DT_UINT16: number;
  readonly DT_UINT32: number;
  readonly DT_FLOAT32: number;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  destroy(object: DracoObject): void;
}

interface DracoObject {
  /** 0 stands for nothing. */
  readonly ptr: number;
}

interface DracoMesh extends DracoObject {
  num_faces(): number;
  num_points(): number;
}

interface DracoAttribute extends DracoObject {
  num_components(): number;
}

interface DracoDecoder extends DracoObject {
  DecodeBufferToMesh(buffer: DracoObject, mesh: DracoMesh): { ok(): boolean; error_msg(): string };
  GetAttributeByUniqueId(mesh: DracoMesh, id: number): DracoAttribute;
  GetAttributeDataArrayForAllPoints(
    mesh: DracoMesh,
    attribute: DracoAttribute,
    dataType: number,
    bytes: number,
    pointer: number,
  ): boolean;
  GetTrianglesUInt32Array(mesh: DracoMesh, bytes: number, pointer: number): boolean;
}

/** Loads a decoder with a memory of its own, which ends with it. Rejects with any Error where it cannot. */
export type LoadDraco = () => Promise<DracoModule>;
