import { AssetError } from '../asset-error.js';
import { compose, IDENTITY, type Mat4, multiply } from '../math/mat4.js';
import type { Accessors } from './accessor.js';
import { broken } from './broken.js';
import type { NodePose, Pose } from './pose.js';
import type { GltfJson, GltfNode } from './schema.js';

/** A node of the scene that holds something, at one place. */
export interface PlacedNode {
  readonly index: number;
  readonly node: GltfNode;
  /** Local to world. */
  readonly world: Mat4;
  /** Worlds of a node's mesh: one, or as many as EXT_mesh_gpu_instancing asks for. */
  readonly instances: readonly Mat4[];
  /** Whether the pose moves it, or something that it hangs on. */
  readonly moves: boolean;
  /** Weights of its mesh's morph targets where the pose or the node says them. */
  readonly weights: readonly number[] | undefined;
}

export interface SceneGraph {
  /** Nodes of the scene in depth-first order, hidden ones left out. */
  readonly nodes: readonly PlacedNode[];
  /** Local to world for every node of the file, for joints; those outside of any scene included. */
  readonly worlds: readonly Mat4[];
}

/** Instances of a whole scene; more would be a mistake or an attack. */
const MAX_INSTANCES = 1_000_000;

/** Places the nodes of the default scene (the first where none is named; all roots where there is no scene). */
export function placeNodes(json: GltfJson, accessors: Accessors, pose: Pose): SceneGraph {
  const parents = findParents(json);
  const roots = json.nodes.flatMap((_, i) => (parents[i] === -1 ? [i] : []));
  const worlds: Mat4[] = json.nodes.map(() => IDENTITY);
  const moves = new Uint8Array(json.nodes.length);
  const order = depthFirst(json, roots);
  // A node that no root reaches is on a cycle.
  if (order.length < json.nodes.length) throw broken('its nodes contain each other');
  for (const index of order) {
    const posed = pose.get(index);
    const local = localMatrix(json.nodes[index], posed);
    const parent = parents[index] ?? -1;
    worlds[index] = parent >= 0 ? multiply(worlds[parent] ?? IDENTITY, local) : local;
    if (moves[parent] === 1 || posed?.translation || posed?.rotation || posed?.scale) moves[index] = 1;
  }
  const scene = json.scenes[json.scene ?? 0];
  const shown = depthFirst(json, scene ? scene.nodes : roots, isVisible);
  let instances = 0;
  const nodes = shown.flatMap((index): PlacedNode[] => {
    const node = json.nodes[index];
    const world = worlds[index];
    if (!node || !world) return [];
    const placed = placeInstances(node, world, accessors, MAX_INSTANCES - instances);
    instances += placed.length;
    const weights = pose.get(index)?.weights ?? node.weights;
    return [{ index, node, world, instances: placed, moves: moves[index] === 1, weights }];
  });
  return { nodes, worlds };
}

function findParents(json: GltfJson): Int32Array {
  const parents = new Int32Array(json.nodes.length).fill(-1);
  json.nodes.forEach((node, i) => {
    for (const child of node.children) {
      if (parents[child] !== -1) throw broken(`node ${child} has two parents`);
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

function localMatrix(node: GltfNode | undefined, pose: NodePose | undefined): Mat4 {
  if (!node) return IDENTITY;
  if (node.matrix) return Float64Array.from(node.matrix);
  return compose(
    pose?.translation ?? node.translation ?? [0, 0, 0],
    pose?.rotation ?? node.rotation ?? [0, 0, 0, 1],
    pose?.scale ?? node.scale ?? [1, 1, 1],
  );
}

/** EXT_mesh_gpu_instancing: places of a node's mesh below the node; one where there is no such thing. */
function placeInstances(node: GltfNode, world: Mat4, accessors: Accessors, most: number): readonly Mat4[] {
  const attributes = node.extensions?.EXT_mesh_gpu_instancing?.attributes;
  if (!attributes) return [world];
  const read = (name: string, size: 3 | 4) => {
    const accessor = attributes[name];
    return accessor === undefined ? null : { values: accessors.floats(accessor, size), size };
  };
  const [translation, rotation, scale] = [read('TRANSLATION', 3), read('ROTATION', 4), read('SCALE', 3)];
  const given = [translation, rotation, scale].flatMap((list) => (list ? [list.values.length / list.size] : []));
  const count = given.length > 0 ? Math.min(...given) : 1;
  if (count > most) {
    throw new AssetError(`The model repeats its meshes more than ${MAX_INSTANCES} times. Thin them out.`);
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
