import { type Bytes, concatBytes } from '@tabgrid/protocol/bytes';
import { describe, expect, it } from 'vitest';
import { AssetError } from '../asset-error.js';
import { readGltf } from '../gltf.js';
import { encodePng } from '../png.js';
import { decodeTiny, type GltfFixture, triangleFixture } from './fixtures.js';
import { sniffImageType } from './images.js';

/** A triangle whose base colour is `image`. */
function textured(image: Record<string, unknown>): GltfFixture {
  const fixture = triangleFixture({ material: 0 });
  fixture.json.materials.push({ pbrMetallicRoughness: { baseColorTexture: { index: 0 } } });
  fixture.json.textures.push({ source: 0 });
  fixture.json.images.push(image);
  return fixture;
}

/** The head of a PNG that claims to be of this size. */
function pngOf(width: number, height: number): Bytes {
  const png = encodePng(1, 1, Uint8Array.of(0, 0, 0, 255));
  const view = new DataView(png.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return png;
}

const blank = (width: number, height: number) => async () => ({
  width,
  height,
  rgba: new Uint8Array(width * height * 4),
});

describe('images', () => {
  it('are decoded once, by what they are rather than by what the file says', async () => {
    const fixture = textured({ mimeType: 'image/jpeg' });
    Object.assign(fixture.json.images[0] ?? {}, { bufferView: fixture.view(pngOf(2, 2)) });
    fixture.json.textures.push({ source: 0 });
    fixture.json.materials.push({ pbrMetallicRoughness: { baseColorTexture: { index: 1 } } });
    fixture.json.meshes.push({ primitives: [{ attributes: { POSITION: 0 }, material: 1 }] });
    fixture.json.nodes.push({ mesh: 1 });
    const types: string[] = [];
    const { scene } = await readGltf(fixture.glb(), {
      decodeImage: (_, type) => {
        types.push(type);
        return blank(2, 2)();
      },
    });
    expect(types).toEqual(['image/png']);
    expect(scene.images).toHaveLength(1);
    expect(scene.materials.map((material) => material.baseColorTexture?.image)).toEqual([0, 0]);
  });

  it('come from data: URIs and from files beside the model, only where used', async () => {
    const inline = textured({ uri: `data:image/png;base64,${btoa('\x01\x01\x05\x06\x07\x08')}` });
    const { scene } = await readGltf(inline.glb(), { decodeImage: decodeTiny });
    expect([...(scene.images[0]?.rgba ?? [])]).toEqual([5, 6, 7, 8]);
    const beside = textured({ uri: 'skin.png' });
    beside.json.images.push({ uri: 'unused.png' });
    const asked: string[] = [];
    await readGltf(beside.glb(), {
      decodeImage: decodeTiny,
      resource: (path) => {
        asked.push(path);
        return Uint8Array.of(1, 1, 5, 6, 7, 8);
      },
    });
    expect(asked).toEqual(['skin.png']);
  });

  it('are scaled down beyond 4096 pixels a side, with a warning', async () => {
    const fixture = textured({ name: 'wall', bufferView: 0 });
    Object.assign(fixture.json.images[0] ?? {}, { bufferView: fixture.view(pngOf(8192, 8)) });
    const { scene, warnings } = await readGltf(fixture.glb(), { decodeImage: blank(8192, 8) });
    expect(scene.images[0]).toMatchObject({ width: 4096, height: 4 });
    expect(warnings).toEqual(['The texture "wall" of 8192×8 pixels is scaled down to 4096×4.']);
  });

  it('are all scaled down where together they would be too much', async () => {
    const fixture = triangleFixture({ material: 0 });
    // Five of 4096² are over 64 megapixels: each becomes 2048².
    const size = [4096, 4096] as const;
    for (let i = 0; i < 5; i++) {
      fixture.json.images.push({ bufferView: fixture.view(pngOf(...size)) });
      fixture.json.textures.push({ source: i });
      fixture.json.materials.push({ pbrMetallicRoughness: { baseColorTexture: { index: i } } });
      fixture.json.meshes.push({ primitives: [{ attributes: { POSITION: 0 }, material: i }] });
      fixture.json.nodes.push({ mesh: i + 1 });
    }
    const shared = await blank(...size)();
    const { scene, warnings } = await readGltf(fixture.glb(), { decodeImage: async () => shared });
    expect(scene.images.map(({ width }) => width)).toEqual([2048, 2048, 2048, 2048, 2048]);
    expect(warnings).toHaveLength(5);
  });

  it.each([
    [
      'a decoder that fails',
      textured({}),
      () => Promise.reject(new Error('bad CRC')),
      /"image 0" \(image\/png\) cannot be decoded: bad CRC/,
    ],
    [
      'pixels that are not there',
      textured({}),
      async () => ({ width: 2, height: 2, rgba: new Uint8Array(3) }),
      /decodes to nothing/,
    ],
    ['no pixels at all', textured({}), blank(0, 0), /decodes to nothing/],
  ])('fail with a name: %s', async (_, fixture, decodeImage, message) => {
    Object.assign(fixture.json.images[0] ?? {}, { bufferView: fixture.view(pngOf(2, 2)) });
    const failure = readGltf(fixture.glb(), { decodeImage });
    await expect(failure).rejects.toThrow(AssetError);
    await expect(failure).rejects.toThrow(message);
  });

  it('are refused by their header where decoding would take gigabytes', async () => {
    const fixture = textured({});
    Object.assign(fixture.json.images[0] ?? {}, { bufferView: fixture.view(pngOf(60_000, 60_000)) });
    const decodeImage = () => Promise.reject(new Error('must not be asked'));
    await expect(readGltf(fixture.glb(), { decodeImage })).rejects.toThrow(
      /has 60000×60000 pixels; up to 16,384 a side/,
    );
  });

  it('name the file that is missing', async () => {
    const failure = readGltf(textured({ uri: 'maps/skin.png' }).glb(), { decodeImage: decodeTiny });
    await expect(failure).rejects.toThrow(/"maps\/skin.png" that this glTF refers to is missing/);
  });
});

describe('sniffImageType', () => {
  const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  it.each([
    ['image/png', encodePng(1, 1, Uint8Array.of(0, 0, 0, 255))],
    ['image/jpeg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)],
    ['image/webp', ascii('RIFF\0\0\0\0WEBPVP8 ')],
    ['image/avif', concatBytes([Uint8Array.of(0, 0, 0, 32), ascii('ftypavif')])],
    ['image/ktx2', ascii('\xabKTX 20\xbb')],
    [null, ascii('GIF89a')],
    [null, new Uint8Array(0)],
  ])('knows %s', (type, bytes) => expect(sniffImageType(bytes)).toBe(type));
});
