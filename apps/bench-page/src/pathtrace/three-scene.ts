import type {
  CameraSource,
  EnvironmentSource,
  MaterialSource,
  SceneSource,
  TextureSource,
  Wrap,
} from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import {
  BufferAttribute,
  BufferGeometry,
  ClampToEdgeWrapping,
  Color,
  DataTexture,
  DoubleSide,
  EquirectangularReflectionMapping,
  FloatType,
  FrontSide,
  LinearFilter,
  LinearSRGBColorSpace,
  Matrix4,
  Mesh,
  MeshStandardMaterial,
  MirroredRepeatWrapping,
  NearestFilter,
  NoColorSpace,
  PerspectiveCamera,
  RectAreaLight,
  RepeatWrapping,
  Scene,
  SRGBColorSpace,
  Vector2,
  Vector3,
} from 'three';
import { type BenchScene, LAMP, type Lamp } from './scene.js';

/** A scene of the benchmark as three.js has it: the same triangles, normals and texels, one mesh a material. */

const WRAPPING = { repeat: RepeatWrapping, clamp: ClampToEdgeWrapping, mirror: MirroredRepeatWrapping } as const;

export interface ThreeScene {
  readonly scene: Scene;
  readonly camera: PerspectiveCamera;
}

export function toThree({ source, environment, camera, lamp }: BenchScene): ThreeScene {
  const scene = new Scene();
  const textures = createTextures(source);
  source.materials.forEach((material, index) => {
    // Emissive triangles are not sampled as lights; a lamp of its own is.
    if (lamp && material.name === LAMP) return;
    const geometry = geometryOf(source, index);
    if (geometry) scene.add(new Mesh(geometry, materialOf(material, textures, source.tangents !== undefined)));
  });
  if (lamp) scene.add(lightOf(lamp));
  surround(scene, environment);
  return { scene, camera: cameraOf(camera) };
}

/** The light from everywhere, which is also what is seen behind the scene. */
export function surround(scene: Scene, environment: EnvironmentSource | null): void {
  if (environment?.kind === 'map') {
    scene.environment = mapOf(environment);
    scene.background = scene.environment;
  } else {
    scene.background = new Color(0, 0, 0);
  }
}

/** Side of the largest image, pixels. */
export function largestImage({ images }: SceneSource): number {
  return images.reduce((side, { width, height }) => Math.max(side, width, height), 1);
}

export function cameraOf({ position, right, up, forward, yfov }: CameraSource): PerspectiveCamera {
  const camera = new PerspectiveCamera((yfov * 180) / Math.PI, 1, 0.01, 1000);
  const back = new Vector3(...forward).negate();
  camera.quaternion.setFromRotationMatrix(new Matrix4().makeBasis(new Vector3(...right), new Vector3(...up), back));
  camera.position.set(...position);
  camera.updateMatrixWorld();
  return camera;
}

function lightOf({ centre, right, up, radiance }: Lamp): RectAreaLight {
  const [x, y] = [new Vector3(...right), new Vector3(...up)];
  const largest = Math.max(...radiance);
  const [r = 0, g = 0, b = 0] = radiance.map((c) => c / largest);
  const light = new RectAreaLight(new Color(r, g, b), largest, x.length(), y.length());
  // It shines along its −z.
  const z = new Vector3().crossVectors(x, y).normalize();
  light.quaternion.setFromRotationMatrix(new Matrix4().makeBasis(x.normalize(), y.normalize(), z));
  light.position.set(...centre);
  return light;
}

function mapOf({ width, height, rgb }: Extract<EnvironmentSource, { kind: 'map' }>): DataTexture {
  const rgba = new Float32Array(4 * width * height).fill(1);
  // A data texture's first row is the lowest one.
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * ((height - 1 - y) * width + x);
      rgba.set(rgb.subarray(from, from + 3), 4 * (y * width + x));
    }
  }
  const texture = new DataTexture(rgba, width, height);
  texture.type = FloatType;
  texture.mapping = EquirectangularReflectionMapping;
  texture.colorSpace = LinearSRGBColorSpace;
  texture.wrapS = RepeatWrapping;
  texture.minFilter = LinearFilter;
  texture.magFilter = LinearFilter;
  texture.needsUpdate = true;
  return texture;
}

/** The triangles of one material with the vertices that they use, or null. */
function geometryOf(source: SceneSource, material: number): BufferGeometry | null {
  const places = new Map<number, number>();
  const indices: number[] = [];
  source.triangleMaterials.forEach((m, triangle) => {
    if (m !== material) return;
    for (const vertex of source.indices.subarray(3 * triangle, 3 * triangle + 3)) {
      const place = places.get(vertex) ?? places.size;
      places.set(vertex, place);
      indices.push(place);
    }
  });
  if (indices.length === 0) return null;
  const geometry = new BufferGeometry();
  const attribute = (name: string, list: Float32Array | undefined, size: number) => {
    if (!list) return;
    const out = new Float32Array(size * places.size);
    for (const [vertex, place] of places) out.set(list.subarray(size * vertex, size * (vertex + 1)), size * place);
    geometry.setAttribute(name, new BufferAttribute(out, size));
  };
  attribute('position', source.positions, 3);
  attribute('normal', source.normals, 3);
  attribute('uv', source.uvs, 2);
  attribute('tangent', source.tangents, 4);
  geometry.setIndex(new BufferAttribute(Uint32Array.from(indices), 1));
  return geometry;
}

type Textures = (texture: TextureSource | null | undefined, srgb: boolean) => DataTexture | null;

function createTextures(source: SceneSource): Textures {
  const made = new Map<string, DataTexture>();
  const wrap = (mode: Wrap) => WRAPPING[mode];
  return (texture, srgb) => {
    const image = texture && source.images[texture.image];
    if (!texture || !image) return null;
    const key = `${texture.image} ${srgb} ${texture.wrapS} ${texture.wrapT} ${texture.nearest}`;
    const known = made.get(key);
    if (known) return known;
    const data = new DataTexture(Uint8Array.from(image.rgba), image.width, image.height);
    data.colorSpace = srgb ? SRGBColorSpace : NoColorSpace;
    data.wrapS = wrap(texture.wrapS);
    data.wrapT = wrap(texture.wrapT);
    data.magFilter = data.minFilter = texture.nearest ? NearestFilter : LinearFilter;
    data.needsUpdate = true;
    made.set(key, data);
    return data;
  };
}

function materialOf(material: MaterialSource, textures: Textures, tangents: boolean): MeshStandardMaterial {
  const [r, g, b, alpha] = material.baseColor;
  const largest = Math.max(...material.emissive);
  const [er = 0, eg = 0, eb = 0] = material.emissive.map((x) => (largest > 0 ? x / largest : 0));
  const rough = textures(material.metallicRoughnessTexture, false);
  const made = new MeshStandardMaterial({
    name: material.name,
    color: new Color(r, g, b),
    opacity: alpha,
    metalness: material.metallic,
    roughness: material.roughness,
    map: textures(material.baseColorTexture, true),
    metalnessMap: rough,
    roughnessMap: rough,
    emissive: new Color(er, eg, eb),
    emissiveIntensity: largest,
    emissiveMap: textures(material.emissiveTexture, true),
    side: material.doubleSided ? DoubleSide : FrontSide,
    transparent: material.alphaMode === 'blend',
    alphaTest: material.alphaMode === 'mask' ? material.alphaCutoff : 0,
  });
  const bumps = material.normalTexture;
  if (bumps) {
    made.normalMap = textures(bumps.texture, false);
    // As GLTFLoader has it: without tangents of the file's own, three.js looks along v the other way.
    made.normalScale = new Vector2(bumps.scale, tangents ? bumps.scale : -bumps.scale);
  }
  return made;
}
