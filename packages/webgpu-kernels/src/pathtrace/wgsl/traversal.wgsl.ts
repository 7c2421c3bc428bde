import { MATERIAL } from '../layout.js';

/**
 * Rays against the tree: nested loops (down to a leaf, then through leaves), near child first, a stack of fixed size.
 * `trace` walks a shadow ray and then the path's next ray in the same loops, so that lanes do not wait for each other
 * between the two. Triangles after Möller and Trumbore (1997), with tolerant edges so that no ray slips between
 * neighbours. Equal distances go to the triangle that the source has first. Every loop ends at STEP_LIMIT: a tree from a stranger may have
 * cycles.
 */
export const TRAVERSAL = /* wgsl */ `
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
  t: f32,
  u: f32,
  v: f32,
}

// The ray in cells of the grid, as factor and offset of the slab test.
fn slabFactor(ray: Ray) -> vec3f {
  let d = ray.direction * task.gridScale;
  let least = largest(abs(d)) * 1e-10 + TINY;
  let safe = select(d, select(vec3f(-least), vec3f(least), d >= vec3f(0.0)), abs(d) < vec3f(least));
  return 1.0 / safe;
}

fn trace(shadow: Ray, next: Ray) -> Traced {
  var traced = Traced(false, 0u, 0u, NO_TRIANGLE, 0.0, 0.0, 0.0);
  var stack: array<u32, STACK>;
  stack[0] = BOTTOM;
  var shadowing = shadow.reach > 0.0;
  var ray = next;
  if (shadowing) {
    ray = shadow;
  } else if (!(next.reach > 0.0)) {
    return traced;
  }
  var factor = slabFactor(ray);
  var offset = (task.gridOrigin - ray.origin) * task.gridScale * factor;
  var best = ray.reach;
  var found = NO_TRIANGLE;
  var source = NO_TRIANGLE;
  var uv = vec2f(0.0);
  var node = 0u;
  var depth = 1u;
  var steps = 0u;

  loop {
    loop {
      let first = nodes[node].first;
      let second = nodes[node].second;
      let a = vec3f(first.xyz & vec3u(0xffffu)) * factor + offset;
      let b = vec3f(first.xyz >> vec3u(16u)) * factor + offset;
      let c = vec3f(second.xyz & vec3u(0xffffu)) * factor + offset;
      let d = vec3f(second.xyz >> vec3u(16u)) * factor + offset;
      let ab = min(a, b);
      let ba = max(a, b);
      let cd = min(c, d);
      let dc = max(c, d);
      let near0 = max(max(ab.x, ab.y), max(ab.z, 0.0));
      let far0 = min(min(ba.x, ba.y), ba.z) * BOX_SLACK;
      let near1 = max(max(cd.x, cd.y), max(cd.z, 0.0));
      let far1 = min(min(dc.x, dc.y), dc.z) * BOX_SLACK;
      let hit0 = near0 <= min(far0, best);
      let hit1 = near1 <= min(far1, best);
      steps += 1u;
      if (hit0 || hit1) {
        let firstNearer = hit0 && (!hit1 || near0 <= near1);
        node = select(second.w, first.w, firstNearer);
        if (hit0 && hit1) {
          stack[depth] = select(first.w, second.w, firstNearer);
          depth += 1u;
        }
      } else {
        depth -= 1u;
        node = stack[depth];
      }
      continuing {
        break if (node & LEAF) != 0u || steps >= STEP_LIMIT;
      }
    }
    if (node != BOTTOM) {
      // One triangle a turn: a leaf's reference counts itself down, one triangle on and one fewer.
      loop {
        let i = node & 0x7ffffffu;
        let triangle = triangles[i];
        let p = cross(ray.direction, triangle.e2);
        let determinant = dot(triangle.e1, p);
        let inverse = 1.0 / determinant;
        let s = ray.origin - triangle.v0;
        let u = dot(s, p) * inverse;
        let q = cross(s, triangle.e1);
        let v = dot(ray.direction, q) * inverse;
        let t = dot(triangle.e2, q) * inverse;
        steps += 1u;
        let faces = determinant > 0.0 || (determinant < 0.0 && (triangle.traits & SINGLE_SIDED) == 0u);
        let inside = u >= -EDGE_SLACK && v >= -EDGE_SLACK && u + v <= 1.0 + EDGE_SLACK;
        let nearer = t > 0.0 && (t < best || (t == best && triangle.source < source));
        // A leaf of none still comes here; what lies at its place is another leaf's and would be found there too.
        if (faces && inside && nearer && isSolid(triangle.traits, i, triangle.source, u, v, ray.luck)) {
          best = t;
          found = i;
          source = triangle.source;
          uv = vec2f(u, v);
        }
        if ((node & LEAF_COUNT) > LEAF_ONE) {
          node -= LEAF_ONE - 1u;
        } else {
          depth -= 1u;
          node = stack[depth];
        }
        if (shadowing && found != NO_TRIANGLE) {
          node = BOTTOM;
        }
        continuing {
          break if (node & LEAF) == 0u || node == BOTTOM || steps >= STEP_LIMIT;
        }
      }
    }
    if (node == BOTTOM || steps >= STEP_LIMIT) {
      if (!shadowing) {
        break;
      }
      shadowing = false;
      traced.blocked = found != NO_TRIANGLE;
      traced.shadowSteps = steps;
      if (!(next.reach > 0.0)) {
        return traced;
      }
      ray = next;
      factor = slabFactor(ray);
      offset = (task.gridOrigin - ray.origin) * task.gridScale * factor;
      best = ray.reach;
      found = NO_TRIANGLE;
      source = NO_TRIANGLE;
      node = 0u;
      depth = 1u;
      steps = 0u;
    }
  }
  traced.steps = steps;
  traced.triangle = found;
  traced.t = best;
  traced.u = uv.x;
  traced.v = uv.y;
  return traced;
}
`;

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
