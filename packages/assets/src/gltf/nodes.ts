import type { Document } from '@gltf-transform/core';
import { AssetError } from '../asset-error.js';
import { compose, IDENTITY, type Mat4, multiply } from '../math/mat4.js';
import { readElements } from './accessor.js';
import type { GltfJson, GltfNode } from './schema.js';

/** A node of the scene that holds something, at one place. */
export interface PlacedNode {
  readonly index: number;
  readonly node: GltfNode;
  /** Local to world. */
  readonly world: Mat4;
  /** Worlds of a node's mesh: one, or as many as EXT_mesh_gpu_instancing asks for. */
  readonly instances: readonly Mat4[];
}

export interface SceneGraph {
  /** Nodes of the scene in depth-first order, hidden ones left out. */
  readonly nodes: readonly PlacedNode[];
  /** Local to world for every node of the file, for joints; those outside of any scene included. */
  readonly worlds: readonly Mat4[];
}

/** Instances of one node; more would be a mistake or an attack. */
const MAX_INSTANCES = 1_000_000;

/** Places the nodes of the default scene (the first where none is named; all roots where there is no scene). */
export function placeNodes(json: GltfJson, document: Document): SceneGraph {
  const parents = findParents(json);
  const roots = json.nodes.flatMap((_, i) => (parents[i] === -1 ? [i] : []));
  const worlds: Mat4[] = json.nodes.map(() => IDENTITY);
  const order = depthFirst(json, roots);
  // A node that no root reaches is on a cycle.
  if (order.length < json.nodes.length) throw brokenTree('its nodes contain each other');
  for (const index of order) {
    const local = localMatrix(json.nodes[index]);
    const parent = worlds[parents[index] ?? -1];
    worlds[index] = parent ? multiply(parent, local) : local;
  }
  const scene = json.scenes[json.scene ?? 0];
  const shown = depthFirst(json, scene ? scene.nodes : roots, isVisible);
  const nodes = shown.flatMap((index): PlacedNode[] => {
    const node = json.nodes[index];
    const world = worlds[index];
    return node && world ? [{ index, node, world, instances: placeInstances(node, world, document) }] : [];
  });
  return { nodes, worlds };
}

function findParents(json: GltfJson): Int32Array {
  const parents = new Int32Array(json.nodes.length).fill(-1);
  json.nodes.forEach((node, i) => {
    for (const child of node.children) {
      if (parents[child] !== -1) throw brokenTree(`node ${child} has two parents`);
      parents[child] = i;
    }
  });
  return parents;
}

/** Preorder, without recursion: files may nest as deep as they like. */
function depthFirst(
  json: GltfJson,
  roots: readonly number[],
  enter: (node: GltfNode) => boolean = () => true,
): number[] {
  const order: number[] = [];
  const seen = new Uint8Array(json.nodes.length);
  const stack = roots.toReversed();
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    const node = json.nodes[index];
    if (!node || seen[index] === 1 || !enter(node)) continue;
    seen[index] = 1;
    order.push(index);
    for (const child of node.children.toReversed()) stack.push(child);
  }
  return order;
}

function isVisible(node: GltfNode): boolean {
  return node.extensions?.KHR_node_visibility?.visible ?? true;
}

function localMatrix(node: GltfNode | undefined): Mat4 {
  if (!node) return IDENTITY;
  if (node.matrix) return Float64Array.from(node.matrix);
  return compose(node.translation ?? [0, 0, 0], node.rotation ?? [0, 0, 0, 1], node.scale ?? [1, 1, 1]);
}

function placeInstances(node: GltfNode, world: Mat4, document: Document): readonly Mat4[] {
  const attributes = node.extensions?.EXT_mesh_gpu_instancing?.attributes;
  if (!attributes) return [world];
  const read = (name: string, size: number) => {
    const accessor = document.getRoot().listAccessors()[attributes[name] ?? -1];
    return accessor ? { values: readElements(accessor, size), size } : null;
  };
  const [translation, rotation, scale] = [read('TRANSLATION', 3), read('ROTATION', 4), read('SCALE', 3)];
  const given = [translation, rotation, scale].flatMap((list) => (list ? [list.values.length / list.size] : []));
  const count = given.length > 0 ? Math.min(...given) : 1;
  if (count > MAX_INSTANCES) {
    throw new AssetError(`The model repeats one mesh ${count} times; up to ${MAX_INSTANCES} are read. Thin it out.`);
  }
  const element = (list: typeof rotation, i: number, other: number[]): ArrayLike<number> =>
    list ? list.values.subarray(i * list.size, (i + 1) * list.size) : other;
  return Array.from({ length: count }, (_, i) =>
    multiply(
      world,
      compose(element(translation, i, [0, 0, 0]), element(rotation, i, [0, 0, 0, 1]), element(scale, i, [1, 1, 1])),
    ),
  );
}

function brokenTree(why: string): AssetError {
  return new AssetError(`The glTF is broken: ${why}. Export the model again.`);
}
