import { IDENTITY, type Mat4, multiply } from '../math/mat4.js';
import type { Accessors } from './accessor.js';
import { broken } from './broken.js';
import type { GltfJson, GltfPrimitive } from './schema.js';
import { readAttribute } from './vertices.js';

/** Joint sets that are read: JOINTS_0/WEIGHTS_0 and so on, four influences each. */
const MAX_SETS = 4;

/** Bind space to world for each joint: the joint's world matrix times its inverse bind matrix (glTF 2.0 §3.7.3). */
export function jointMatrices(
  json: GltfJson,
  accessors: Accessors,
  skinIndex: number,
  worlds: readonly Mat4[],
): readonly Mat4[] {
  const skin = json.skins[skinIndex];
  if (!skin) return [];
  const inverse = skin.inverseBindMatrices === undefined ? null : accessors.floats(skin.inverseBindMatrices, 16);
  if (inverse && inverse.length < skin.joints.length * 16) {
    throw broken(`a skin has ${skin.joints.length} joints and ${inverse.length / 16} bind matrices`);
  }
  return skin.joints.map((joint, i) => {
    const world = worlds[joint] ?? IDENTITY;
    return inverse ? multiply(world, inverse.subarray(i * 16, i * 16 + 16)) : world;
  });
}

/**
 * Where each vertex goes: a function from a vertex to its own local-to-world matrix, valid until the next call. The
 * node's own transform does not count for a skinned mesh. Null where the primitive has no joints.
 * @throws AssetError for a joint that the skin does not have
 */
export function skinnedPlacement(
  accessors: Accessors,
  primitive: GltfPrimitive,
  vertexCount: number,
  joints: readonly Mat4[],
): ((vertex: number) => Mat4) | null {
  const sets: { joints: Float32Array; weights: Float32Array }[] = [];
  for (let i = 0; i < MAX_SETS; i++) {
    const ids = readAttribute(accessors, primitive, `JOINTS_${i}`, 4, vertexCount);
    const weights = readAttribute(accessors, primitive, `WEIGHTS_${i}`, 4, vertexCount);
    if (ids && weights) sets.push({ joints: ids, weights });
  }
  if (sets.length === 0) return null;
  const blended = new Float64Array(16);
  return (vertex) => {
    blended.fill(0);
    let total = 0;
    for (const set of sets) {
      for (let k = vertex * 4; k < vertex * 4 + 4; k++) {
        const weight = set.weights[k] ?? 0;
        if (weight <= 0) continue;
        const joint = joints[set.joints[k] ?? -1];
        if (!joint) {
          throw broken('a vertex hangs on a joint that does not exist');
        }
        for (let e = 0; e < 16; e++) blended[e] = (blended[e] ?? 0) + weight * (joint[e] ?? 0);
        total += weight;
      }
    }
    if (total <= 0) return joints[0] ?? IDENTITY;
    for (let e = 0; e < 16; e++) blended[e] = (blended[e] ?? 0) / total;
    return blended;
  };
}
