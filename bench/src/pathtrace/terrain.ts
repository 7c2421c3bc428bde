import {
  DEFAULT_MATERIAL,
  type MaterialSource,
  type SceneSource,
  type TextureSource,
} from '@tabgrid/webgpu-kernels/pathtrace/scene-source';

/** Hills of any number of triangles, patched with any number of textures, under a sun: a scene at the limits, made on the spot. */

/** Metres of a side. */
const SIDE = 100;
const HEIGHT = 6;
const TEXTURE_PX = 16;

/**
 * @param triangles about so many: two a cell of a square grid
 * @param textures so many materials too, each in patches of its own
 */
export function terrain(triangles: number, textures: number): SceneSource {
  const cells = Math.max(1, Math.round(Math.sqrt(triangles / 2)));
  const corners = cells + 1;
  const positions = new Float32Array(3 * corners * corners);
  const normals = new Float32Array(3 * corners * corners);
  const uvs = new Float32Array(2 * corners * corners);
  for (let row = 0; row < corners; row++) {
    for (let column = 0; column < corners; column++) {
      const at = row * corners + column;
      const [x, z] = [(column / cells - 0.5) * SIDE, (row / cells - 0.5) * SIDE];
      const { height, dx, dz } = hill(x, z);
      positions.set([x, height, z], 3 * at);
      const length = Math.hypot(dx, 1, dz);
      normals.set([-dx / length, 1 / length, -dz / length], 3 * at);
      uvs.set([x, z], 2 * at);
    }
  }
  const indices = new Uint32Array(6 * cells * cells);
  const triangleMaterials = new Uint32Array(2 * cells * cells);
  const patches = Math.ceil(Math.sqrt(textures));
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const cell = row * cells + column;
      const a = row * corners + column;
      indices.set([a, a + corners, a + 1, a + 1, a + corners, a + corners + 1], 6 * cell);
      const patch = Math.floor((row * patches) / cells) * patches + Math.floor((column * patches) / cells);
      triangleMaterials.fill(patch % textures, 2 * cell, 2 * cell + 2);
    }
  }
  return {
    positions,
    normals,
    uvs,
    indices,
    triangleMaterials,
    materials: Array.from({ length: textures }, (_, i) => ground(i)),
    images: Array.from({ length: textures }, (_, i) => patchwork(i)),
    lights: [{ kind: 'directional', direction: [0.5, -0.7, -0.51], intensity: [3, 2.9, 2.7] }],
    cameras: [],
  };
}

/** Waves of several lengths, and their slopes. */
function hill(x: number, z: number) {
  const sum = { height: 0, dx: 0, dz: 0 };
  for (let octave = 0; octave < 7; octave++) {
    const [frequency, size] = [0.13 * 2.1 ** octave, (HEIGHT / 2) * 0.45 ** octave];
    const [a, b] = [frequency * (x + 0.6 * z) + octave, frequency * (z - 0.7 * x) - octave];
    sum.height += size * Math.sin(a) * Math.cos(b);
    const [alongA, alongB] = [
      size * frequency * Math.cos(a) * Math.cos(b),
      -size * frequency * Math.sin(a) * Math.sin(b),
    ];
    sum.dx += alongA - 0.7 * alongB;
    sum.dz += 0.6 * alongA + alongB;
  }
  return sum;
}

function ground(image: number): MaterialSource {
  const texture: TextureSource = { image, wrapS: 'repeat', wrapT: 'repeat', nearest: false };
  return { ...DEFAULT_MATERIAL, name: `ground ${image}`, metallic: 0, roughness: 0.9, baseColorTexture: texture };
}

/** A colour of its own, speckled. */
function patchwork(number: number) {
  const tone = [number * 67, number * 41 + 90, number * 29 + 30].map((x) => 70 + (x % 150));
  const rgba = Uint8Array.from({ length: 4 * TEXTURE_PX * TEXTURE_PX }, (_, i) =>
    (i & 3) === 3 ? 255 : (tone[i & 3] ?? 0) + ((Math.imul(i >> 2, 0x9e37_79b1) >>> 27) & 31),
  );
  return { width: TEXTURE_PX, height: TEXTURE_PX, rgba };
}
