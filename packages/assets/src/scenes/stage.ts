import { Document, type Material, type Texture, WebIO } from '@gltf-transform/core';
import { KHRMaterialsEmissiveStrength } from '@gltf-transform/extensions';
import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import type { Vec3 } from '@tabgrid/webgpu-kernels/pathtrace/scene-source';
import { lookAt } from '../math/look-at.js';
import type { Shape } from './shapes.js';

/** A surface as glTF has it, one material for all objects that share it; what is not given is matte, dielectric and dark. */
export interface Surface {
  readonly name: string;
  readonly color?: Vec3;
  readonly metallic?: number;
  readonly roughness?: number;
  /** Linear radiance, any size. */
  readonly light?: Vec3;
  /** sRGB PNG that multiplies `color`. */
  readonly png?: Bytes;
}

/** Where a built-in scene is put together before it is written as GLB. */
export interface Stage {
  /** Adds an object: a shape of one surface. */
  add(name: string, shape: Shape, surface: Surface): void;
  /** Adds the camera. Angle: full vertical field of view, degrees. */
  shoot(name: string, from: Vec3, to: Vec3, verticalDegrees: number): void;
  toGlb(): Promise<Bytes>;
}

export function createStage(name: string): Stage {
  const document = new Document();
  const buffer = document.createBuffer();
  const scene = document.createScene(name);
  const emissiveStrength = document.createExtension(KHRMaterialsEmissiveStrength);

  const materials = new Map<Surface, Material>();
  const materialOf = (surface: Surface): Material => {
    const known = materials.get(surface);
    if (known) return known;
    const material = toMaterial(surface);
    materials.set(surface, material);
    return material;
  };

  const toMaterial = (surface: Surface): Material => {
    const [r, g, b] = surface.color ?? [0, 0, 0];
    const material = document
      .createMaterial(surface.name)
      .setBaseColorFactor([r, g, b, 1])
      .setMetallicFactor(surface.metallic ?? 0)
      .setRoughnessFactor(surface.roughness ?? 1)
      .setBaseColorTexture(surface.png ? toTexture(surface.name, surface.png) : null);
    const strongest = Math.max(...(surface.light ?? [0]));
    if (surface.light && strongest > 0) {
      const [lr, lg, lb] = surface.light;
      // The factor may not exceed 1; the extension carries the rest.
      const strength = Math.max(1, strongest);
      material.setEmissiveFactor([lr / strength, lg / strength, lb / strength]);
      if (strength > 1) {
        const extension = emissiveStrength.createEmissiveStrength().setEmissiveStrength(strength);
        material.setExtension('KHR_materials_emissive_strength', extension);
      }
    }
    return material;
  };

  const toTexture = (textureName: string, png: Bytes): Texture =>
    document.createTexture(textureName).setImage(png).setMimeType('image/png');

  return {
    add(objectName, shape, surface) {
      const accessor = (array: Float32Array | Uint32Array, type: 'VEC3' | 'VEC2' | 'SCALAR') =>
        document
          .createAccessor()
          .setType(type)
          .setArray(array instanceof Float32Array ? Float32Array.from(array) : Uint32Array.from(array))
          .setBuffer(buffer);
      const primitive = document
        .createPrimitive()
        .setAttribute('POSITION', accessor(shape.positions, 'VEC3'))
        .setAttribute('NORMAL', accessor(shape.normals, 'VEC3'))
        .setIndices(accessor(shape.indices, 'SCALAR'))
        .setMaterial(materialOf(surface));
      if (surface.png) primitive.setAttribute('TEXCOORD_0', accessor(shape.uvs, 'VEC2'));
      scene.addChild(document.createNode(objectName).setMesh(document.createMesh(objectName).addPrimitive(primitive)));
    },
    shoot(cameraName, from, to, verticalDegrees) {
      const { matrix } = lookAt(from, to);
      const camera = document
        .createCamera(cameraName)
        .setType('perspective')
        .setYFov((verticalDegrees * Math.PI) / 180);
      scene.addChild(document.createNode(cameraName).setCamera(camera.setZNear(0.01)).setMatrix(matrix));
    },
    async toGlb() {
      return bytesOf(await new WebIO().registerExtensions([KHRMaterialsEmissiveStrength]).writeBinary(document));
    },
  };
}
