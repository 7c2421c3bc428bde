import { AssetError } from '@tabgrid/assets/asset-error';
import { describe, expect, it, vi } from 'vitest';
import { createSceneReader, MAX_SCENE_FILE_BYTES } from './scene-reader.js';
import { preparedCornell } from './test-kit.js';

async function setUp() {
  const prepared = await preparedCornell();
  const deps = {
    prepareScene: vi.fn(async () => prepared),
    buildScene: vi.fn(async () => new Uint8Array([7])),
    readHdr: vi.fn(() => ({ kind: 'map', width: 1, height: 1, rgb: new Float32Array(3) }) as const),
    decodeImage: () => Promise.reject(new Error('not asked')),
    loadDraco: () => Promise.reject(new Error('not asked')),
  };
  return { deps, reader: createSceneReader(deps) };
}

const PLAIN = { environment: null, time: null };
const file = (name: string, bytes: number[] = [1]) => new File([new Uint8Array(bytes)], name);
/** A file that claims a size and cannot be read. */
const sized = (name: string, size: number) =>
  Object.defineProperties(file(name), {
    size: { value: size },
    arrayBuffer: { value: () => Promise.reject(new Error('read')) },
  });

describe('prepare', () => {
  it('builds a built-in scene and reads a dropped one, with its environment', async () => {
    const { deps, reader } = await setUp();
    await reader.prepare({ kind: 'builtin', name: 'cornell' }, PLAIN);
    expect(deps.prepareScene).toHaveBeenLastCalledWith(
      expect.objectContaining({ name: 'cornell', file: new Uint8Array([7]), environment: null }),
    );
    await reader.prepare(
      { kind: 'files', scene: file('helmet.glb', [1, 2]), resources: [] },
      { environment: file('sky.hdr'), time: 1.5 },
    );
    expect(deps.prepareScene).toHaveBeenLastCalledWith(
      expect.objectContaining({
        name: 'helmet.glb',
        file: new Uint8Array([1, 2]),
        environment: expect.objectContaining({ kind: 'map' }),
        time: 1.5,
      }),
    );
  });

  it('finds the files beside a .gltf by path and by name, and no others', async () => {
    const { deps, reader } = await setUp();
    const inFolder = Object.defineProperty(file('a.png', [2]), 'webkitRelativePath', { value: 'model/textures/a.png' });
    const resources = [file('scene.bin', [3]), inFolder];
    await reader.prepare({ kind: 'files', scene: file('scene.gltf'), resources }, PLAIN);
    const [input] = deps.prepareScene.mock.calls[0] as unknown as [{ resource: (path: string) => Uint8Array | null }];
    expect(input.resource('scene.bin')).toEqual(new Uint8Array([3]));
    expect(input.resource('textures/a.png')).toEqual(new Uint8Array([2]));
    expect(input.resource('nothing.png')).toBeNull();
  });

  it('refuses more than 512 MiB before a byte is read', async () => {
    const { deps, reader } = await setUp();
    const big = sized('big.glb', MAX_SCENE_FILE_BYTES + 1);
    const refused = reader.prepare({ kind: 'files', scene: big, resources: [] }, PLAIN);
    await expect(refused).rejects.toThrow(AssetError);
    await expect(refused).rejects.toThrow(/big\.glb is too large: 513 MiB/);
    const together = [sized('scene.gltf', 1), sized('scene.bin', MAX_SCENE_FILE_BYTES)] as const;
    await expect(
      reader.prepare({ kind: 'files', scene: together[0], resources: [together[1]] }, PLAIN),
    ).rejects.toThrow('too large');
    await expect(
      reader.prepare({ kind: 'builtin', name: 'cornell' }, { environment: big, time: null }),
    ).rejects.toThrow('too large');
    expect(deps.prepareScene).not.toHaveBeenCalled();
  });

  it('says so when a file cannot be read any more', async () => {
    const { reader } = await setUp();
    const gone = sized('gone.glb', 10);
    await expect(reader.prepare({ kind: 'files', scene: gone, resources: [] }, PLAIN)).rejects.toThrow(
      /gone\.glb cannot be read any more/,
    );
  });
});
