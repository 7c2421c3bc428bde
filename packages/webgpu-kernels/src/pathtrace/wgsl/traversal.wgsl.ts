import { MATERIAL } from '../layout.js';
import type { Variant } from '../variants.js';

export interface TraversalShape {
  /** Whether the tree is one over instances, and one for each mesh. */
  readonly instanced: boolean;
  /** Whether triangles share vertices. */
  readonly indexed: boolean;
  /** Whether a hit's material may let the ray through. */
  readonly alpha: boolean;
  readonly variant: Variant;
}

/**
 * Rays against the tree: near child first, a stack of fixed size. `trace` finds what a ray meets first, `obstructed` whether it
 * meets anything; both go the same way through the tree.
 * Triangles after Möller and Trumbore (1997), with tolerant edges so that no ray slips between neighbours. Equal distances
 * go to the triangle that the source has first. Every loop ends at STEP_LIMIT: a tree from a stranger may have cycles.
 *
 * How the loops are nested, and where the stack lies, the variant says: which is faster depends on the GPU, and none of it changes a
 * result.
 */
export const TRAVERSAL = (shape: TraversalShape) => /* wgsl */ `
const LEAF = 0x80000000u;
const LEAF_COUNT = 0x78000000u;
const LEAF_ONE = 0x08000000u;
const BOTTOM = 0xffffffffu;
const STEP_LIMIT = 65536u;
const NO_TRIANGLE = 0xffffffffu;
const SINGLE_SIDED = 0x40000000u;
const ALPHA_TESTED = 0x20000000u;
// Grown ends of the boxes' intervals: the roundings of the slab test, relative.
const BOX_SLACK = 1.000002;
const EDGE_SLACK = 1e-6;

struct Ray {
  origin: vec3f,
  // Not shorter than this is a hit away.
  reach: f32,
  direction: vec3f,
  // Decides about partly transparent triangles.
  luck: u32,
}

struct Traced {
  steps: u32,
  triangle: u32,
  // 0 where there are none.
  instance: u32,
  t: f32,
  u: f32,
  v: f32,
}

// The ray in cells of a grid, as factor and offset of the slab test.
fn slabFactor(direction: vec3f, gridScale: vec3f) -> vec3f {
  let d = direction * gridScale;
  let least = largest(abs(d)) * 1e-10 + TINY;
  let safe = select(d, select(vec3f(-least), vec3f(least), d >= vec3f(0.0)), abs(d) < vec3f(least));
  return 1.0 / safe;
}
${shape.variant.stack === 'workgroup' ? SHARED_STACK(shape.variant) : ''}${FIRST_HIT(shape)}${ANY_HIT(shape)}`;

/** Each invocation's entries lie a workgroup apart, so that neighbours' equal entries are neighbours. */
const SHARED_STACK = ({ workgroup }: Variant) => `
var<workgroup> stack: array<u32, STACK * ${workgroup}u>;
// The invocation's number in its workgroup.
var<private> member: u32;
`;

const entryAt = ({ stack, workgroup }: Variant, depth: string) =>
  stack === 'workgroup' ? `stack[${depth} * ${workgroup}u + member]` : `stack[${depth}]`;

/**
 * One node: on to the nearer child that the ray meets, the other one on the stack; else back. Neither branches nor shifts:
 * what is not pushed is written above the stack's top, and coordinates in a word's upper half are scaled down by the ray
 * (a software GPU runs both sides of every branch, and shifts one lane after the other).
 */
const NODE = (variant: Variant, pair: string, farthest = 'best') => `
      let pair = ${pair};
      let first = pair.first;
      let second = pair.second;
      let in0 = vec3f(vec3i(first.xyz & nearBits)) * nearFactor + offset;
      let out0 = vec3f(vec3i(first.xyz & ~nearBits)) * farFactor + offset;
      let in1 = vec3f(vec3i(second.xyz & nearBits)) * nearFactor + offset;
      let out1 = vec3f(vec3i(second.xyz & ~nearBits)) * farFactor + offset;
      let near0 = most(most(in0.x, in0.y), most(in0.z, 0.0));
      let far0 = least(least(out0.x, out0.y), out0.z) * BOX_SLACK;
      let near1 = most(most(in1.x, in1.y), most(in1.z, 0.0));
      let far1 = least(least(out1.x, out1.y), out1.z) * BOX_SLACK;
      let hit0 = (near0 <= far0) & (near0 <= ${farthest});
      let hit1 = (near1 <= far1) & (near1 <= ${farthest});
      let firstNearer = hit0 & (!hit1 | (near0 <= near1));
      ${entryAt(variant, 'depth')} = select(first.w, second.w, firstNearer);
      let top = ${entryAt(variant, '(depth - 1u)')};
      node = select(top, select(second.w, first.w, firstNearer), hit0 | hit1);
      depth = depth + u32(hit0) + u32(hit1) - 1u;
      steps += 1u;`;

/**
 * What stays the same from node to node. A word holds an axis's lower end in its lower half and the upper end in its upper half:
 * where the ray goes back along the axis, it enters by the upper end. Halves stay where they are, and the factor is scaled.
 */
const ON_ITS_WAY = `
    let back = factor < vec3f(0.0);
    let nearBits = select(vec3u(0xffffu), vec3u(0xffff0000u), back);
    let nearFactor = factor * select(vec3f(1.0), vec3f(0x1p-16), back);
    let farFactor = factor * select(vec3f(0x1p-16), vec3f(1.0), back);`;

/** Nested: down to a leaf, then through leaves. Single: a node or a triangle a turn. */
const DOWN_AND_THROUGH = (shape: TraversalShape, any: boolean) => {
  const node = NODE(shape.variant, 'nodes[node]', halts(shape) ? 'farthest' : 'best');
  if (shape.variant.loops === 'single') {
    return `
    if ((node & LEAF) == 0u) {${node}
    } else if (node != BOTTOM) {${TRIANGLE(shape, any)}
    }`;
  }
  return `
    loop {${node}
      continuing {
        break if ((node & LEAF) != 0u) | (steps >= STEP_LIMIT);
      }
    }
    loop {${TRIANGLE(shape, any)}
      continuing {
        break if ((node & LEAF) == 0u) | (node == BOTTOM) | (steps >= STEP_LIMIT);
      }
    }`;
};

/** One triangle: a leaf's reference counts itself down, one triangle on and one fewer. At the stack's bottom there is none. */
const TRIANGLE = (shape: TraversalShape, any: boolean) => `
        let there = node != BOTTOM;
        let i = node & 0x7ffffffu;
        let triangle = ${TRIANGLE_AT(shape)};
        let p = cross(ray.direction, triangle.e2);
        let determinant = dot(triangle.e1, p);
        let inverse = 1.0 / determinant;
        let s = ray.origin - triangle.v0;
        let u = dot(s, p) * inverse;
        let q = cross(s, triangle.e1);
        let v = dot(ray.direction, q) * inverse;
        let t = dot(triangle.e2, q) * inverse;
        steps += u32(there);
        let faces = (determinant > 0.0) | ((determinant < 0.0) & ((triangle.traits & SINGLE_SIDED) == 0u));
        let inside = (u >= -EDGE_SLACK) & (v >= -EDGE_SLACK) & (u + v <= 1.0 + EDGE_SLACK);
        let nearer = (t > 0.0) & ${any ? '(t <= best)' : `((t < best) | ((t == best) & (${EARLIER(shape)})))`};
        // A leaf of none still comes here; what lies at its place is another leaf's of this tree and would be found there too.
        let meets = there & faces & inside & nearer;${MET(shape, any)}
        let more = (node & LEAF_COUNT) > LEAF_ONE;
        let top = ${entryAt(shape.variant, '(depth - 1u)')};
        depth -= u32(there & !more);
        node = select(select(top, node - (LEAF_ONE - 1u), more), BOTTOM, !there${any ? ' | blocked' : ''});${
          halts(shape) ? HALT : ''
        }`;

const TRIANGLE_AT = ({ indexed }: TraversalShape) => (indexed ? 'triangleAt(i)' : 'triangles[i]');

/** Whether a walk halts where it meets a triangle whose alpha has to be looked up. */
const halts = ({ alpha, variant }: TraversalShape) => alpha && variant.alpha === 'halting';

/** What becomes of a triangle that the ray meets. */
function MET(shape: TraversalShape, any: boolean): string {
  if (!shape.alpha) {
    return `
        let hits = meets;${KEPT(shape, any)}`;
  }
  if (!halts(shape)) {
    return `
        var hits = meets;
        if (hits) {
          hits = ${SOLID(shape)};
        }${KEPT(shape, any)}`;
  }
  return `
        let asks = meets & ((triangle.traits & ALPHA_TESTED) != 0u);
        let hits = meets & !asks;${KEPT(shape, any)}
        asked = select(asked, i, asks);
        askedAt = select(askedAt, vec3f(u, v, t), asks);`;
}

const SOLID = ({ instanced }: TraversalShape) =>
  `isSolid(triangle.traits, i, ${instanced ? 'triangle.source ^ salt' : 'triangle.source'}, u, v, ray.luck)`;

/** Out of the loops, as at the stack's bottom. */
const HALT = `
        held = select(held, node, asks);
        node = select(node, BOTTOM, asks);
        farthest = best;`;

/** All the walk through a tree. */
const WALK = (shape: TraversalShape, any: boolean) => (halts(shape) ? HALTING(shape, any) : LOOPS(shape, any));

const LOOPS = (shape: TraversalShape, any: boolean) => `
      loop {${DOWN_AND_THROUGH(shape, any)}
        continuing {
          break if (node == BOTTOM) | (steps >= STEP_LIMIT);
        }
      }`;

/**
 * The walk as often as it halts at an alpha, which is looked up in between: a look-up costs much more than a triangle, and in
 * the loops a software GPU, which runs both sides of every branch, would do it for each. Who halted within a leaf goes on with
 * it from the top of the stack, by way of a node of which nothing is near enough; such a step does not count.
 */
const HALTING = (shape: TraversalShape, any: boolean) => `
      var asked = NO_TRIANGLE;
      var askedAt = vec3f(0.0);
      var held = BOTTOM;
      var farthest = best;
      loop {${LOOPS(shape, any)}
        let asks = asked != NO_TRIANGLE;
        let i = select(0u, asked, asks);
        let triangle = ${TRIANGLE_AT(shape)};
        let u = askedAt.x;
        let v = askedAt.y;
        let t = askedAt.z;
        let hits = asks & ${SOLID(shape)};${KEPT(shape, any)}
        let goesOn = asks & (held != BOTTOM)${any ? ' & !blocked' : ''};
        let inLeaf = goesOn & ((held & LEAF) != 0u);
        ${entryAt(shape.variant, 'depth')} = held;
        depth += u32(inLeaf);
        steps -= u32(inLeaf);
        node = select(BOTTOM, select(held, 0u, inLeaf), goesOn);
        farthest = select(best, -1.0, inLeaf);
        asked = NO_TRIANGLE;
        continuing {
          break if (node == BOTTOM) | (steps >= STEP_LIMIT);
        }
      }`;

const KEPT = (shape: TraversalShape, any: boolean) => (any ? BLOCKED : NEAREST(shape));

const BLOCKED = `
        blocked = blocked | hits;`;

/** The nearest hit so far. */
const NEAREST = ({ instanced }: TraversalShape) => `
        best = select(best, t, hits);
        found = select(found, i, hits);
        source = select(source, triangle.source, hits);
        uv = select(uv, vec2f(u, v), hits);${
          instanced
            ? `
        foundIn = select(foundIn, instance, hits);
        foundNumber = select(foundNumber, number, hits);`
            : ''
        }`;

const EARLIER = ({ instanced }: TraversalShape) =>
  instanced
    ? '(triangle.source < source) | ((triangle.source == source) & (number < foundNumber))'
    : 'triangle.source < source';

/** At the root. */
const BEGIN = ({ variant }: TraversalShape) => `
  var factor = slabFactor(whole.direction, task.gridScale);
  var offset = (task.gridOrigin - whole.origin) * task.gridScale * factor;
${variant.stack === 'private' ? '  var stack: array<u32, STACK>;' : ''}
  ${entryAt(variant, '0u')} = BOTTOM;
  var node = 0u;
  var depth = 1u;
  var steps = 0u;`;

const FIRST_HIT = (shape: TraversalShape) => /* wgsl */ `
fn trace(whole: Ray) -> Traced {${BEGIN(shape)}
  var best = whole.reach;
  var found = NO_TRIANGLE;
  var source = NO_TRIANGLE;
  var uv = vec2f(0.0);${shape.instanced ? '\n  var foundIn = 0u;\n  var foundNumber = 0u;' : ''}${LOOP(shape, false)}
  return Traced(steps, found, ${shape.instanced ? 'foundIn' : '0u'}, best, uv.x, uv.y);
}
`;

const ANY_HIT = (shape: TraversalShape) => /* wgsl */ `
struct Obstructed {
  blocked: bool,
  steps: u32,
}

fn obstructed(whole: Ray) -> Obstructed {${BEGIN(shape)}
  let best = whole.reach;
  var blocked = false;${LOOP(shape, true)}
  return Obstructed(blocked, steps);
}
`;

const LOOP = (shape: TraversalShape, any: boolean) =>
  shape.instanced ? THROUGH_INSTANCES(shape, any) : THROUGH_ONE_TREE(shape, any);

const THROUGH_ONE_TREE = (shape: TraversalShape, any: boolean) => `
  let ray = whole;${ON_ITS_WAY}${WALK(shape, any)}`;

const NODE_AMONG_INSTANCES = 'Node(instances[2u * node], instances[2u * node + 1u])';

/**
 * Down the upper tree to an instance, then through its own tree in its own space, with a sentinel on the stack between the
 * two; then on where the upper tree was left.
 */
const THROUGH_INSTANCES = (shape: TraversalShape, any: boolean) => `
  let outerFactor = factor;
  let outerOffset = offset;${ON_ITS_WAY}
  loop {
    while (((node & LEAF) == 0u) & (steps < STEP_LIMIT)) {${NODE(shape.variant, NODE_AMONG_INSTANCES)}
    }
    if ((node != BOTTOM) & (steps < STEP_LIMIT)) {
      let instance = node & 0x7ffffffu;
      let number = instanceNumber(instance) & ~MIRRORED;
      let salt = number * 0x85ebca6bu;
      let ray = toMesh(instance, whole);
      let gridScale = instanceVector(instance, 7u).xyz;
      factor = slabFactor(ray.direction, gridScale);
      offset = (instanceVector(instance, 6u).xyz - ray.origin) * gridScale * factor;
      ${entryAt(shape.variant, 'depth')} = BOTTOM;
      depth += 1u;
      node = instanceRoot(instance);
      steps += 1u;${ON_ITS_WAY}${WALK(shape, any)}
      depth -= 1u;
      node = ${entryAt(shape.variant, 'depth')};
${any ? '      node = select(node, BOTTOM, blocked);' : ''}
      factor = outerFactor;
      offset = outerOffset;
    }
    continuing {
      break if (node == BOTTOM) | (steps >= STEP_LIMIT);
    }
  }`;

/** Without materials that let rays through. */
export const ALL_SOLID = /* wgsl */ `
fn isSolid(traits: u32, triangle: u32, source: u32, u: f32, v: f32, luck: u32) -> bool {
  return true;
}
`;

/**
 * Alpha mask: a threshold. Alpha blend: by chance, which a hash of ray and triangle decides, so that the order in which a
 * traversal meets the triangles does not matter.
 */
export const ALPHA = /* wgsl */ `
fn isSolid(traits: u32, triangle: u32, source: u32, u: f32, v: f32, luck: u32) -> bool {
  var solid = true;
  if ((traits & ALPHA_TESTED) != 0u) {
    let material = materialAt(traits);
    let alpha = alphaOf(material, texturePoint(triangle, u, v), triangle, u, v);
    let masked = tables[material + ${MATERIAL.alphaMode}u] == 1u;
    let chance = unit(lowbias32(luck ^ (source * 0x9e3779b9u)));
    solid = select((chance < alpha), (alpha >= tableFloat(material + ${MATERIAL.alphaCutoff}u)), masked);
  }
  return solid;
}
`;
