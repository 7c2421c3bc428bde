/** How many of a scene's lights are tried at a point; more are represented by these. */
const TRIED_LIGHTS = 16;

export interface GbufferShape {
  readonly lights: boolean;
  readonly textures: boolean;
  /** Whether light comes from outside. */
  readonly sky: boolean;
  readonly costs: boolean;
}

/**
 * A lane follows its pixel's camera rays, one after the other, to what they meet first, and writes the means. Layout:
 * film.ts. The rays are those of the path tracer: pixel, sample number and seed decide where in the pixel they go through.
 */
export const GBUFFER_WGSL = ({ lights, textures, sky, costs }: GbufferShape) => /* wgsl */ `
const PIXEL_VECTORS = ${costs ? 3 : 2}u;
const ROULETTE_FROM = 3u;

struct Seen {
  colour: vec3f,
  depth: f32,
  normal: vec3f,
  // Material, lights, bounces.
  cost: vec3f,
}

// Scatterings to expect beyond a point: all that roulette does not end, then as many as the surface's reflectance keeps alive.
// A mirror passes on what it meets, whatever its base would.
fn expectedBounces(colour: vec3f, metallic: f32, roughness: f32) -> f32 {
  let diffuse = luminance(colour) * (1.0 - metallic);
  let specular = mix(0.04, luminance(colour), metallic);
  let kept = clamp(mix(diffuse + specular, max(diffuse + specular, 0.9), metallic * (1.0 - roughness)), 0.0, 0.95);
  var expected = f32(min(task.bounces, ROULETTE_FROM));
  var alive = 1.0;
  for (var i = ROULETTE_FROM; i < task.bounces; i++) {
    alive *= kept;
    expected += alive;
  }
  return expected;
}

${lights ? lightsThatMatter : ''}
fn seen(traced: Traced, ray: Ray, skipped: f32) -> Seen {
  let triangle = worldTriangle(traced);
  let material = materialAt(triangle.traits);
  let facing = direction(frontOf(traced, triangle), -ray.direction);
  let side = select(-1.0, 1.0, dot(facing, ray.direction) < 0.0);
  let flat = facing * side;
  let n0 = cornerNormal(traced, 0u, facing) * side;
  let n1 = cornerNormal(traced, 1u, facing) * side;
  let n2 = cornerNormal(traced, 2u, facing) * side;
  var smooth_ = direction(n0 * (1.0 - traced.u - traced.v) + n1 * traced.u + n2 * traced.v, flat);
  if (dot(smooth_, flat) < 0.0) {
    smooth_ = -smooth_;
  }
  var hit: Hit;
  hit.triangle = traced.triangle;
  hit.instance = traced.instance;
  hit.u = traced.u;
  hit.v = traced.v;
  hit.side = side;
  hit.e1 = triangle.e1;
  hit.e2 = triangle.e2;
  hit.place = texturePoint(traced.triangle, traced.u, traced.v);
  hit.smoothNormal = visible(smooth_, -ray.direction, flat);
  let normal = shadedNormal(material, hit, -ray.direction);
  let colour = max(baseColor(material, hit.place, hit.triangle, hit.u, hit.v), vec3f(0.0));
  var cost = vec3f(0.0);
${costs ? costOf({ lights, textures, sky }) : ''}
  return Seen(colour, skipped + traced.t, normal, cost);
}

fn pixelsCanary() -> u32 {
  var words = array<u32, 11>(
    task.filmWidth, task.filmHeight, task.tile.x, task.tile.y, task.tile.z, task.tile.w,
    task.firstSample, task.sampleCount, ${costs ? '1u' : '0u'}, task.bounces, task.seed,
  );
  var h = 0x67627566u;
  for (var i = 0u; i < 11u; i++) {
    h = lowbias32(h ^ words[i]);
  }
  return h;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= slice.lanes) {
    return;
  }
  let lane = slice.firstLane + id.x;
  let x = task.tile.x + lane % task.tile.z;
  let y = task.tile.y + lane / task.tile.z;
  let pixel = y * task.filmWidth + x;
  let pixelSeed = lowbias32(pixel ^ lowbias32(task.seed));
  var colour = vec3f(0.0);
  var depth = 0.0;
  var normal = vec3f(0.0);
  var hits = 0.0;
  var steps = 0.0;
  var cost = vec3f(0.0);
  for (var i = 0u; i < task.sampleCount; i++) {
    let sample = task.firstSample + i;
    let camera = cameraRay(x, y, sample, pixelSeed);
    let ray = Ray(camera.origin, 3e38, camera.direction, pcg4d(vec4u(pixel, sample, 0u, task.seed)).x);
    let traced = trace(ray);
    steps += f32(traced.steps);
    if (traced.triangle != NO_TRIANGLE) {
      let met = seen(traced, ray, camera.skipped);
      colour += met.colour;
      depth += met.depth;
      normal += met.normal;
      cost += met.cost;
      hits += 1.0;
    }
  }
  let share = 1.0 / f32(task.sampleCount);
  let at = lane * PIXEL_VECTORS;
  film[at] = bitcast<vec4u>(vec4f(colour * share, depth / max(hits, 1.0)));
  film[at + 1u] = bitcast<vec4u>(vec4f(normal * share, hits * share));
${costs ? '  film[at + 2u] = bitcast<vec4u>(vec4f(steps, cost) * share);' : ''}
  if (slice.last == 1u && id.x == 0u) {
    film[task.tile.z * task.tile.w * PIXEL_VECTORS] = vec4u(pixelsCanary(), 0u, 0u, 0u);
  }
}
`;

/** Lights whose front a point is before, and which it faces itself. */
const lightsThatMatter = /* wgsl */ `
fn lightsAbove(point: vec3f, normal: vec3f) -> f32 {
  let tried = min(SHINING, ${TRIED_LIGHTS}u);
  var count = 0.0;
  for (var i = 0u; i < tried; i++) {
    // Evenly through the table.
    let lamp = triangleAt(tables[LIGHTS_AT + 4u * (i * (SHINING / tried))]);
    let way = lamp.v0 + (lamp.e1 + lamp.e2) * (1.0 / 3.0) - point;
    let behind = dot(cross(lamp.e1, lamp.e2), way) >= 0.0 && (lamp.traits & SINGLE_SIDED) != 0u;
    if (dot(way, normal) > 0.0 && !behind) {
      count += 1.0;
    }
  }
  return count;
}
`;

/**
 * What a surface costs beyond its traversal. Material: one, and one more each for textures, for a metal's coloured lobe and
 * for light of its own.
 */
const costOf = ({ lights, textures, sky }: Omit<GbufferShape, 'costs'>) => /* wgsl */ `
  let mr = clamp(metallicRoughness(material, hit.place), vec2f(0.0), vec2f(1.0));
  cost.x = ${textures ? '2.0' : '1.0'} + mr.x + select(0.0, 1.0, largest(emission(material, hit.place)) > 0.0);
  cost.y = ${sky ? '1.0' : '0.0'};
${lights ? '  cost.y += lightsAbove(triangle.v0 + triangle.e1 * traced.u + triangle.e2 * traced.v, normal);' : ''}
  cost.z = expectedBounces(clamp(colour, vec3f(0.0), vec3f(1.0)), mr.x, mr.y);
`;
