import { Document, type Primitive, WebIO } from '@gltf-transform/core';
import { EXTMeshoptCompression, KHRDracoMeshCompression } from '@gltf-transform/extensions';
import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import draco3d from 'draco3dgltf';
import { MeshoptEncoder } from 'meshoptimizer/encoder';

/** Files that another writer compressed, for tests. */

/** A bumpy sheet of 2 × side² triangles, smooth, with texture coordinates and vertex colours. */
function sheet(side: number): Document {
  const document = new Document();
  const buffer = document.createBuffer();
  const [positions, normals, uvs, colors, indices]: number[][] = [[], [], [], [], []];
  for (let y = 0; y <= side; y++) {
    for (let x = 0; x <= side; x++) {
      const [u, v] = [x / side, y / side];
      positions?.push(u, v, 0.1 * Math.sin(7 * u) * Math.cos(5 * v));
      normals?.push(0, 0, 1);
      uvs?.push(u, 1 - v);
      colors?.push(255 * u, 255 * v, 0, 255);
      const at = y * (side + 1) + x;
      if (x < side && y < side) indices?.push(at, at + 1, at + side + 1, at + 1, at + side + 2, at + side + 1);
    }
  }
  const accessor = (
    type: 'SCALAR' | 'VEC2' | 'VEC3' | 'VEC4',
    array: Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>,
  ) => document.createAccessor().setType(type).setArray(array).setBuffer(buffer);
  const primitive: Primitive = document
    .createPrimitive()
    .setAttribute('POSITION', accessor('VEC3', Float32Array.from(positions ?? [])))
    .setAttribute('NORMAL', accessor('VEC3', Float32Array.from(normals ?? [])))
    .setAttribute('TEXCOORD_0', accessor('VEC2', Float32Array.from(uvs ?? [])))
    .setAttribute('COLOR_0', accessor('VEC4', Uint8Array.from(colors ?? [])).setNormalized(true))
    .setIndices(accessor('SCALAR', Uint16Array.from(indices ?? [])));
  const mesh = document.createMesh('sheet').addPrimitive(primitive);
  document.createScene().addChild(document.createNode().setMesh(mesh));
  return document;
}

function animate(document: Document, lift: number): void {
  const [buffer] = document.getRoot().listBuffers();
  const [node] = document.getRoot().listNodes();
  if (!buffer || !node) throw new Error('a sheet has both');
  const accessor = (type: 'SCALAR' | 'VEC3', values: number[]) =>
    document.createAccessor().setType(type).setArray(Float32Array.from(values)).setBuffer(buffer);
  const sampler = document
    .createAnimationSampler()
    .setInput(accessor('SCALAR', [0, 1]))
    .setOutput(accessor('VEC3', [0, 0, 0, 0, lift, 0]));
  const channel = document
    .createAnimationChannel()
    .setTargetNode(node)
    .setTargetPath('translation')
    .setSampler(sampler);
  document.createAnimation('lift').addSampler(sampler).addChannel(channel);
}

export async function plainSheet(side: number): Promise<Bytes> {
  return bytesOf(await new WebIO().writeBinary(sheet(side)));
}

/** @param lift how far up it goes within a second; 0 for a sheet without an animation */
export async function dracoSheet(side: number, method: 'edgebreaker' | 'sequential', lift = 0): Promise<Bytes> {
  const document = sheet(side);
  if (lift > 0) animate(document, lift);
  const { EDGEBREAKER, SEQUENTIAL } = KHRDracoMeshCompression.EncoderMethod;
  document
    .createExtension(KHRDracoMeshCompression)
    .setRequired(true)
    .setEncoderOptions({ method: method === 'edgebreaker' ? EDGEBREAKER : SEQUENTIAL });
  const io = new WebIO()
    .registerExtensions([KHRDracoMeshCompression])
    .registerDependencies({ 'draco3d.encoder': await draco3d.createEncoderModule() });
  return bytesOf(await io.writeBinary(document));
}

export async function meshoptSheet(side: number, method: 'quantize' | 'filter'): Promise<Bytes> {
  await MeshoptEncoder.ready;
  const document = sheet(side);
  const { QUANTIZE, FILTER } = EXTMeshoptCompression.EncoderMethod;
  document
    .createExtension(EXTMeshoptCompression)
    .setRequired(true)
    .setEncoderOptions({ method: method === 'quantize' ? QUANTIZE : FILTER });
  const io = new WebIO()
    .registerExtensions([EXTMeshoptCompression])
    .registerDependencies({ 'meshopt.encoder': MeshoptEncoder });
  return bytesOf(await io.writeBinary(document));
}
