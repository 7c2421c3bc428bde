import { type Accessor, Document, type Material, type Mesh, type Node, WebIO } from '@gltf-transform/core';
import { type Bytes, bytesOf } from '@tabgrid/protocol/bytes';
import type { Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { lookAt } from '../math/look-at.js';
import type { Shape } from '../scenes/shapes.js';
import type { WorldCamera } from './builtin/builtin-world.js';
import { createKeys } from './glb-keys.js';
import type { Samples } from './keyframes.js';
import { unitBox, unitFloor, unitSphere } from './unit-shapes.js';

/** A GLB under construction, of few shapes at many places. */

const ROUGHNESS = 0.6;

export interface Standing {
  readonly name: string;
  readonly mesh: keyof typeof SHAPES;
  /** By which the unit mesh is scaled. */
  readonly size: Triple;
  readonly color: Triple;
}

const SHAPES = { sphere: unitSphere, box: unitBox, floor: unitFloor } as const satisfies Record<string, () => Shape>;

export interface Model {
  /** A node with a mesh; where it stands is set on it, or keyed. */
  stand(what: Standing): Node;
  /** Adds a channel to the animation `simulation`, and places the node as the first frame has it. */
  keyed(node: Node, path: 'translation' | 'rotation', samples: Samples): void;
  shoot(camera: WorldCamera): void;
  toGlb(): Promise<Bytes>;
}

/** Nodes share meshes: one a shape and colour, with the shape's data once. @param frameSeconds from one frame to the next */
export function createModel(frameSeconds: number): Model {
  const document = new Document();
  const buffer = document.createBuffer();
  const scene = document.createScene('world');
  const shapes = new Map<string, { positions: Accessor; normals: Accessor; indices: Accessor }>();
  const materials = new Map<string, Material>();
  const meshes = new Map<string, Mesh>();
  const once = <T>(cache: Map<string, T>, key: string, make: () => T): T => {
    const value = cache.get(key) ?? make();
    cache.set(key, value);
    return value;
  };
  const accessor = (array: Float32Array | Uint32Array, type: 'VEC3' | 'SCALAR') =>
    document
      .createAccessor()
      .setType(type)
      .setArray(array instanceof Float32Array ? Float32Array.from(array) : Uint16Array.from(array))
      .setBuffer(buffer);
  const dataOf = (name: keyof typeof SHAPES) =>
    once(shapes, name, () => {
      const { positions, normals, indices } = SHAPES[name]();
      return {
        positions: accessor(positions, 'VEC3'),
        normals: accessor(normals, 'VEC3'),
        indices: accessor(indices, 'SCALAR'),
      };
    });
  const materialOf = (hue: string, [r, g, b]: Triple) =>
    once(materials, hue, () =>
      document
        .createMaterial(`color ${hue}`)
        .setBaseColorFactor([r, g, b, 1])
        .setMetallicFactor(0)
        .setRoughnessFactor(ROUGHNESS),
    );
  const meshOf = (name: keyof typeof SHAPES, color: Triple) => {
    const hue = color.map((channel) => channel.toFixed(3)).join(' ');
    return once(meshes, `${name} ${hue}`, () => {
      const { positions, normals, indices } = dataOf(name);
      const primitive = document
        .createPrimitive()
        .setAttribute('POSITION', positions)
        .setAttribute('NORMAL', normals)
        .setIndices(indices)
        .setMaterial(materialOf(hue, color));
      return document.createMesh(name).addPrimitive(primitive);
    });
  };
  return {
    keyed: createKeys({ document, buffer, frameSeconds }),
    stand({ name, mesh, size, color }: Standing): Node {
      const node = document
        .createNode(name)
        .setMesh(meshOf(mesh, color))
        .setScale([...size]);
      scene.addChild(node);
      return node;
    },
    shoot({ position, target, verticalDegrees }: WorldCamera): void {
      const camera = document
        .createCamera('camera')
        .setType('perspective')
        .setYFov((verticalDegrees * Math.PI) / 180)
        .setZNear(0.01);
      scene.addChild(document.createNode('camera').setCamera(camera).setMatrix(lookAt(position, target).matrix));
    },
    async toGlb() {
      return bytesOf(await new WebIO().writeBinary(document));
    },
  };
}
