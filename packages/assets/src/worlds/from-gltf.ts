import type { Bytes } from '@tabgrid/protocol/bytes';
import type { Triple } from '@tabgrid/webgpu-kernels/physics/world';
import { AssetError } from '../asset-error.js';
import type { LoadDraco } from '../gltf/compression/draco-module.js';
import { type PlacedNode, placeNodes } from '../gltf/nodes.js';
import { type OpenGltf, openGltf } from '../gltf/open.js';
import type { ResourceLookup } from '../gltf/resources.js';
import { axis, IDENTITY, type Mat4, normalMatrix } from '../math/mat4.js';
import { dot, normalize } from '../math/vec3.js';
import { checkWorld } from './check-world.js';
import { type Wishes, wishesOf } from './gltf-extras.js';
import { LEAST_SIZE_M } from './limits.js';
import { type Bounds, createMeshBounds } from './mesh-bounds.js';
import { reachAlong } from './overlap.js';
import { type PlacedBox, placedBox } from './placed-box.js';
import {
  EARTH,
  type ShownBody,
  type ShownPlane,
  type ShownStatic,
  type ShownWorld,
  USUAL_DENSITY,
  USUAL_SURFACE,
  volumeOf,
} from './shown-world.js';

export interface WorldOfGltfOptions {
  /** The files beside a .gltf; without it, only .glb and data: URIs can be read. */
  readonly resource?: ResourceLookup;
  /** Asked for with a model that is compressed with Draco; without it, such models are refused. */
  readonly loadDraco?: LoadDraco;
}

export interface GltfWorld {
  readonly world: ShownWorld;
  /** What was taken otherwise than the file has it, in words, each once. */
  readonly warnings: readonly string[];
}

/** What becomes of nodes, in their order. */
interface Parts {
  readonly bodies: ShownBody[];
  readonly statics: ShownStatic[];
  readonly planes: ShownPlane[];
  warn(warning: string): void;
}

/**
 * A model as a world: each mesh of a node becomes a body, a box by its bounds or a sphere, as `docs/WORLDS.md` says.
 * Animations, skins and morph targets are taken at rest.
 * @throws AssetError, and nothing else
 */
export async function worldOfGltf(file: Bytes, options: WorldOfGltfOptions = {}): Promise<GltfWorld> {
  const gltf = await openGltf(file, { resource: options.resource, loadDraco: options.loadDraco });
  const graph = placeNodes(gltf.json, gltf.accessors, new Map());
  const bounds = createMeshBounds(gltf, graph);
  const warnings = new Set<string>();
  const parts: Parts = { bodies: [], statics: [], planes: [], warn: (warning) => warnings.add(warning) };
  for (const placed of graph.nodes) {
    const what = nameOf(placed);
    const wishes = wishesOf(placed.node.extras, what);
    if (wishes.plane) {
      parts.planes.push(planeOf(placed, wishes, gltf));
      continue;
    }
    const around = bounds.of(placed);
    if (!around) continue;
    const places = around.skinned ? [IDENTITY] : placed.instances;
    places.forEach((matrix, k) => {
      const name = places.length > 1 ? `${placed.node.name ?? 'instance'} ${k}` : placed.node.name;
      addSolid(parts, { what, name, wishes, matrix, around, color: colorOf(gltf, placed) });
    });
  }
  const { bodies, statics } = parts;
  if (bodies.length === 0) {
    throw new AssetError(
      'The model has no bodies that move: add a mesh to it that is neither static nor a plane, and export it again.',
    );
  }
  const planes = parts.planes.length > 0 ? parts.planes : [groundOf(bodies, statics)];
  return { world: checkWorld({ gravity: EARTH, bodies, planes, statics }), warnings: [...warnings] };
}

const nameOf = ({ index, node }: PlacedNode) => `Node ${index}${node.name ? ` ("${node.name}")` : ''}`;

interface SolidInput {
  readonly what: string;
  readonly name: string | undefined;
  readonly wishes: Wishes;
  readonly matrix: Mat4;
  readonly around: Bounds;
  readonly color: Triple | undefined;
}

function addSolid(parts: Parts, { what, name, wishes, matrix, around, color }: SolidInput): void {
  const { half, position, rotation, sheared } = placedBox(matrix, around.low, around.high);
  const { friction, restitution, velocity, spin, density, mass } = wishes;
  const place = {
    position,
    rotation,
    friction,
    restitution,
    ...(name && { name: name.slice(0, 64) }),
    ...(color && { color }),
  };
  if (sheared) parts.warn(`${what} is sheared: it becomes a box around what it was.`);
  if (wishes.static) {
    checkThick(what, half);
    parts.statics.push({ ...place, half });
    return;
  }
  const shape = shapeOf(parts, what, name, wishes, half);
  parts.bodies.push({
    ...place,
    shape,
    mass: mass ?? (density ?? USUAL_DENSITY) * volumeOf(shape),
    velocity,
    spin,
  });
}

const SPHERE_NAME = /^sphere/i;
/** Sides of a sphere's mesh may differ by this share: few meshes have a vertex on each side. */
const ROUND = 0.05;

function shapeOf(
  { warn }: Parts,
  what: string,
  name: string | undefined,
  { shape }: Wishes,
  half: PlacedBox['half'],
): ShownBody['shape'] {
  if ((shape ?? (SPHERE_NAME.test(name ?? '') ? 'sphere' : 'box')) === 'box') {
    checkThick(what, half);
    return { kind: 'box', half };
  }
  const radius = Math.max(...half);
  if (Math.min(...half) < (1 - ROUND) * radius) warn(`${what} is not round: it becomes the sphere around it.`);
  return { kind: 'sphere', radius };
}

/** Floors are often modelled flat: what then helps is said. */
function checkThick(what: string, half: PlacedBox['half']): void {
  if (half.every((side) => side >= LEAST_SIZE_M)) return;
  throw new AssetError(
    `${what} is too thin for a box: ${half.map((side) => (2 * side).toPrecision(3)).join(' × ')} m, each side has to be ${2 * LEAST_SIZE_M} m or more. Make it thicker, or, if it is the ground, write "plane": true into its extras.tabgrid.`,
  );
}

/** Through the node's origin, its y axis pointing out of the ground. */
function planeOf({ node, index, world }: PlacedNode, { friction, restitution }: Wishes, gltf: OpenGltf): ShownPlane {
  const [, , , x = 0, y = 1, z = 0] = normalMatrix(world);
  const normal = normalize([x, y, z], [0, 1, 0]);
  const color = colorOf(gltf, { node });
  return {
    name: node.name || `node ${index}`,
    normal,
    offset: dot(normal, axis(world, 3)),
    friction,
    restitution,
    ...(color && { color }),
  };
}

function groundOf(bodies: readonly ShownBody[], statics: readonly ShownStatic[]): ShownPlane {
  const up: Triple = [0, 1, 0];
  const solids = [...bodies, ...statics.map((box) => ({ ...box, shape: { kind: 'box' as const, half: box.half } }))];
  const lowest = solids.reduce((low, solid) => Math.min(low, solid.position[1] - reachAlong(solid, up)), Infinity);
  return { name: 'ground', normal: up, offset: lowest, ...USUAL_SURFACE };
}

/** The base colour of the mesh's first material; textures are not looked at. */
function colorOf({ json }: OpenGltf, { node }: Pick<PlacedNode, 'node'>): Triple | undefined {
  const material = json.meshes[node.mesh ?? -1]?.primitives[0]?.material;
  const factor = json.materials[material ?? -1]?.pbrMetallicRoughness?.baseColorFactor;
  return factor && [factor[0], factor[1], factor[2]];
}
