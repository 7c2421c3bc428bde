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
 * Rays against the tree: near child first, a stack of fixed size. `trace` walks a shadow ray and then the path's next ray.
 * Triangles after Möller and Trumbore (1997), with tolerant edges so that no ray slips between neighbours. Equal distances
 * go to the triangle that the source has first. Every loop ends at STEP_LIMIT: a tree from a stranger may have cycles.
 *
 * How the loops are nested, whether both rays go through the same ones, and where the stack lies, the variant says: which is
 * faster depends on the GPU, and none of it changes a result.
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
  blocked: bool,
  shadowSteps: u32,
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
${shape.variant.stack === 'workgroup' ? SHARED_STACK(shape.variant) : ''}${shape.variant.rays === 'paired' ? PAIRED(shape) : SEPARATE(shape)}`;

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
const NODE = (variant: Variant, first: string, second: string) => `
      let first = ${first};
      let second = ${second};
      let a = vec3f(vec3i(first.xyz & vec3u(0xffffu))) * factor + offset;
      let b = vec3f(first.xyz & vec3u(0xffff0000u)) * upper + offset;
      let c = vec3f(vec3i(second.xyz & vec3u(0xffffu))) * factor + offset;
      let d = vec3f(second.xyz & vec3u(0xffff0000u)) * upper + offset;
      let near0 = most(most(select(a.x, b.x, back.x), select(a.y, b.y, back.y)), most(select(a.z, b.z, back.z), 0.0));
      let far0 = least(least(select(b.x, a.x, back.x), select(b.y, a.y, back.y)), select(b.z, a.z, back.z)) * BOX_SLACK;
      let near1 = most(most(select(c.x, d.x, back.x), select(c.y, d.y, back.y)), most(select(c.z, d.z, back.z), 0.0));
      let far1 = least(least(select(d.x, c.x, back.x), select(d.y, c.y, back.y)), select(d.z, c.z, back.z)) * BOX_SLACK;
      let hit0 = (near0 <= far0) & (near0 <= best);
      let hit1 = (near1 <= far1) & (near1 <= best);
      let firstNearer = hit0 & (!hit1 | (near0 <= near1));
      ${entryAt(variant, 'depth')} = select(first.w, second.w, firstNearer);
      let top = ${entryAt(variant, '(depth - 1u)')};
      node = select(top, select(second.w, first.w, firstNearer), hit0 | hit1);
      depth = depth + u32(hit0) + u32(hit1) - 1u;
      steps += 1u;`;

/** What stays the same from node to node: the factor for upper halves, and which axes the ray goes back along. */
const ON_ITS_WAY = `
    let upper = factor * 0x1p-16;
    let back = factor < vec3f(0.0);`;

/** Nested: down to a leaf, then through leaves. Single: a node or a triangle a turn. */
const DOWN_AND_THROUGH = (shape: TraversalShape) => {
  const node = NODE(shape.variant, 'nodes[node].first', 'nodes[node].second');
  if (shape.variant.loops === 'single') {
    return `${ON_ITS_WAY}
    if ((node & LEAF) == 0u) {${node}
    } else if (node != BOTTOM) {${TRIANGLE(shape)}
    }`;
  }
  return `${ON_ITS_WAY}
    loop {${node}
      continuing {
        break if ((node & LEAF) != 0u) | (steps >= STEP_LIMIT);
      }
    }
    loop {${TRIANGLE(shape)}
      continuing {
        break if ((node & LEAF) == 0u) | (node == BOTTOM) | (steps >= STEP_LIMIT);
      }
    }`;
};

/** One triangle: a leaf's reference counts itself down, one triangle on and one fewer. At the stack's bottom there is none. */
const TRIANGLE = ({ instanced, indexed, alpha, variant }: TraversalShape) => `
        let there = node != BOTTOM;
        let i = node & 0x7ffffffu;
        let triangle = ${indexed ? 'triangleAt(i)' : 'triangles[i]'};
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
        let nearer = (t > 0.0) & ((t < best) | ((t == best) & (${EARLIER(instanced)})));
        // A leaf of none still comes here; what lies at its place is another leaf's of this tree and would be found there too.
        ${alpha ? 'var' : 'let'} hits = there & faces & inside & nearer;${
          alpha
            ? `
        if (hits) {
          hits = isSolid(triangle.traits, i, ${instanced ? 'triangle.source ^ salt' : 'triangle.source'}, u, v, ray.luck);
        }`
            : ''
        }
        best = select(best, t, hits);
        found = select(found, i, hits);
        source = select(source, triangle.source, hits);
        uv = select(uv, vec2f(u, v), hits);${
          instanced
            ? `
        foundIn = select(foundIn, instance, hits);
        foundNumber = select(foundNumber, number, hits);`
            : ''
        }
        let more = (node & LEAF_COUNT) > LEAF_ONE;
        let top = ${entryAt(variant, '(depth - 1u)')};
        depth -= u32(there & !more);
        node = select(select(top, node - (LEAF_ONE - 1u), more), BOTTOM, !there | (shadowing & (found != NO_TRIANGLE)));`;

const EARLIER = (instanced: boolean) =>
  instanced
    ? '(triangle.source < source) | ((triangle.source == source) & (number < foundNumber))'
    : 'triangle.source < source';

const NOTHING = 'Traced(false, 0u, 0u, NO_TRIANGLE, 0u, 0.0, 0.0, 0.0)';

/** At the root, for `ray`. */
const BEGIN = (variant: Variant) => `
${variant.stack === 'private' ? '  var stack: array<u32, STACK>;' : ''}
  ${entryAt(variant, '0u')} = BOTTOM;
  var best = ray.reach;
  var found = NO_TRIANGLE;
  var source = NO_TRIANGLE;
  var uv = vec2f(0.0);
  var node = 0u;
  var depth = 1u;
  var steps = 0u;`;

const FOUND = (instanced: boolean) => `found, ${instanced ? 'foundIn' : '0u'}, best, uv.x, uv.y`;

/**
 * Both rays in the same loops, so that lanes do not wait for each other between the two. A ray that reaches nowhere meets
 * nothing; the shadow ray's end is the next one's beginning.
 */
const PAIRED = (shape: TraversalShape) => /* wgsl */ `
fn trace(shadow: Ray, next: Ray) -> Traced {
  let nextFactor = slabFactor(next.direction, task.gridScale);
  let nextOffset = (task.gridOrigin - next.origin) * task.gridScale * nextFactor;
  let shadowFactor = slabFactor(shadow.direction, task.gridScale);
  let shadowOffset = (task.gridOrigin - shadow.origin) * task.gridScale * shadowFactor;
  var shadowing = shadow.reach > 0.0;
  var blocked = false;
  var shadowSteps = 0u;
  var ray = eitherRay(next, shadow, shadowing);
  var factor = select(nextFactor, shadowFactor, shadowing);
  var offset = select(nextOffset, shadowOffset, shadowing);${BEGIN(shape.variant)}${LOOP(shape, NEXT_RAY(shape.instanced))}
  return Traced(blocked, shadowSteps, steps, ${FOUND(shape.instanced)});
}

fn eitherRay(a: Ray, b: Ray, second: bool) -> Ray {
  return Ray(select(a.origin, b.origin, second), select(a.reach, b.reach, second),
    select(a.direction, b.direction, second), select(a.luck, b.luck, second));
}
`;

/** The end of a ray: the last one's, or the shadow ray's, after which the next ray begins. */
const NEXT_RAY = (instanced: boolean) => `
    let ended = (node == BOTTOM) | (steps >= STEP_LIMIT);
    let turns = ended & shadowing;
    blocked = select(blocked, found != NO_TRIANGLE, turns);
    shadowSteps = select(shadowSteps, steps, turns);
    ray = eitherRay(${instanced ? 'outer' : 'ray'}, next, turns);
    factor = select(${instanced ? 'outerFactor' : 'factor'}, nextFactor, turns);
    offset = select(${instanced ? 'outerOffset' : 'offset'}, nextOffset, turns);${
      instanced
        ? `
    outer = ray;
    outerFactor = factor;
    outerOffset = offset;`
        : ''
    }
    best = select(best, next.reach, turns);
    found = select(found, NO_TRIANGLE, turns);
    source = select(source, NO_TRIANGLE, turns);
    node = select(node, select(BOTTOM, 0u, next.reach > 0.0), turns);
    depth = select(depth, 1u, turns);
    steps = select(steps, 0u, turns);
    shadowing = shadowing & !ended;`;

/** One ray after the other: shorter loops, with less to keep in registers. */
const SEPARATE = (shape: TraversalShape) => /* wgsl */ `
fn walk(whole: Ray, shadowing: bool) -> Traced {
  var ray = whole;
  var factor = slabFactor(ray.direction, task.gridScale);
  var offset = (task.gridOrigin - ray.origin) * task.gridScale * factor;${BEGIN(shape.variant)}${LOOP(shape, '')}
  return Traced(false, 0u, steps, ${FOUND(shape.instanced)});
}

fn trace(shadow: Ray, next: Ray) -> Traced {
  var met = ${NOTHING};
  if (shadow.reach > 0.0) {
    met = walk(shadow, true);
  }
  var traced = ${NOTHING};
  if (next.reach > 0.0) {
    traced = walk(next, false);
  }
  traced.blocked = met.triangle != NO_TRIANGLE;
  traced.shadowSteps = met.steps;
  return traced;
}
`;

const LOOP = (shape: TraversalShape, end: string) =>
  shape.instanced ? THROUGH_INSTANCES(shape, end) : THROUGH_ONE_TREE(shape, end);

const THROUGH_ONE_TREE = (shape: TraversalShape, end: string) => `
  loop {${DOWN_AND_THROUGH(shape)}${end}
    continuing {
      break if (node == BOTTOM) | (steps >= STEP_LIMIT);
    }
  }`;

/**
 * Down the upper tree to an instance, then through its own tree in its own space, with a sentinel on the stack between the
 * two; then on where the upper tree was left.
 */
const THROUGH_INSTANCES = (shape: TraversalShape, end: string) => `
  var outer = ray;
  var outerFactor = factor;
  var outerOffset = offset;
  var instance = 0u;
  var number = 0u;
  var salt = 0u;
  var foundIn = 0u;
  var foundNumber = 0u;

  loop {${ON_ITS_WAY}
    while (((node & LEAF) == 0u) & (steps < STEP_LIMIT)) {${NODE(shape.variant, 'instances[2u * node]', 'instances[2u * node + 1u]')}
    }
    if ((node != BOTTOM) & (steps < STEP_LIMIT)) {
      instance = node & 0x7ffffffu;
      number = instanceNumber(instance) & ~MIRRORED;
      salt = number * 0x85ebca6bu;
      ray = toMesh(instance, outer);
      let gridScale = instanceVector(instance, 7u).xyz;
      factor = slabFactor(ray.direction, gridScale);
      offset = (instanceVector(instance, 6u).xyz - ray.origin) * gridScale * factor;
      ${entryAt(shape.variant, 'depth')} = BOTTOM;
      depth += 1u;
      node = instanceRoot(instance);
      steps += 1u;
      loop {${DOWN_AND_THROUGH(shape)}
        continuing {
          break if (node == BOTTOM) | (steps >= STEP_LIMIT);
        }
      }
      depth -= 1u;
      node = ${entryAt(shape.variant, 'depth')};
      if (shadowing & (found != NO_TRIANGLE)) {
        node = BOTTOM;
      }
      factor = outerFactor;
      offset = outerOffset;
    }${end}
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
  if ((traits & ALPHA_TESTED) == 0u) {
    return true;
  }
  let material = materialAt(traits);
  let alpha = alphaOf(material, texturePoint(triangle, u, v), triangle, u, v);
  if (tables[material + ${MATERIAL.alphaMode}u] == 1u) {
    return alpha >= tableFloat(material + ${MATERIAL.alphaCutoff}u);
  }
  return unit(lowbias32(luck ^ (source * 0x9e3779b9u))) < alpha;
}
`;
