/** How light is looked for: both ways weighted together, or one alone (for tests: all three agree in the mean). */
export type Strategy = 'mis' | 'light' | 'bsdf';

export interface PathShape {
  readonly lights: boolean;
  readonly map: boolean;
  readonly strategy: Strategy;
}

/**
 * The path loop. A lane renders its pixel's samples one after the other; when a path ends, the lane begins the next sample
 * in the same turn of the loop (regeneration), so that lanes with short paths do not idle. A turn traces the shadow ray of
 * the last surface and the next ray together; a sample is added to the film's sum when its last shadow ray is back.
 */
export const PATH = ({ lights, map, strategy }: PathShape) => {
  const samplesLights = (lights || map) && strategy !== 'bsdf';
  // With light sampling alone, what a path hits by chance must not count a second time.
  const weight = (density: string) =>
    strategy === 'mis' ? `powerHeuristic(path.density, ${density})` : strategy === 'light' ? '0.0' : '1.0';
  return /* wgsl */ `
// The first random dimension is the film's; then four for each surface.
const ROULETTE_FROM = 3u;

// What a ray costs beside its traversal, in steps: shading what it met, or looking up what lies outside. (Measured tiles' times
// by their steps, hits and misses, on a software adapter.)
const HIT_STEPS = 16u;
const MISS_STEPS = 8u;

struct Path {
  origin: vec3f,
  reach: f32,
  direction: vec3f,
  luck: u32,
  throughput: vec3f,
  // Density with which the last surface chose the direction.
  density: f32,
  depth: u32,
}

fn cameraPath(x: u32, y: u32, words: vec4u) -> Path {
  let size = vec2f(f32(task.filmWidth), f32(task.filmHeight));
  let at = (vec2f(f32(x), f32(y)) + vec2f(unit(words.x), unit(words.y))) / size * 2.0 - 1.0;
  let d = direction(task.forward + task.right * at.x - task.up * at.y, task.forward);
  // From far away the ray begins where it meets the scene's box: nearby coordinates keep more digits.
  let inverse = 1.0 / select(d, select(vec3f(-1e-20), vec3f(1e-20), d >= vec3f(0.0)), abs(d) < vec3f(1e-20));
  let a = (task.boundsLow - task.position) * inverse;
  let b = (task.boundsHigh - task.position) * inverse;
  let near = min(a, b);
  let far = max(a, b);
  let enter = largest(near);
  let leave = min(far.x, min(far.y, far.z));
  let skip = select(0.0, enter * 0.9999, enter > 0.0 && enter <= leave);
  return Path(task.position + d * skip, 3e38, d, words.w, vec3f(1.0), 0.0, 0u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= slice.lanes) {
    return;
  }
  let lane = slice.firstLane + id.x;
  let pixels = task.tile.z * task.tile.w;
  let place = lane % pixels;
  let block = lane / pixels;
  let x = task.tile.x + place % task.tile.z;
  let y = task.tile.y + place / task.tile.z;
  let pixel = y * task.filmWidth + x;
  let blockEnd = min(task.block, task.sampleCount - block * task.block);
  let end = task.firstSample + block * task.block + min(slice.end, blockEnd);
  var sample = task.firstSample + block * task.block + slice.begin;
  var sum = vec4f(0.0);
  if (slice.begin > 0u) {
    sum = bitcast<vec4f>(film[lane]);
  }

  var path: Path;
  path.reach = 0.0;
  var shadow = Ray(vec3f(0.0), 0.0, vec3f(0.0, 0.0, 1.0), 0u);
  var shadowLight = vec3f(0.0);
  var radiance = vec3f(0.0);
  var cost = 0u;
  // The sample whose path has ended and whose shadow ray may still be out.
  var closing = false;
  var turns = (end - min(sample, end) + 1u) * (task.bounces + 2u);
  if (sample < end) {
    path = cameraPath(x, y, pcg4d(vec4u(pixel, sample, 0u, task.seed)));
  }

  while (turns > 0u && (path.reach > 0.0 || closing)) {
    turns -= 1u;
    let traced = trace(shadow, Ray(path.origin, path.reach, path.direction, path.luck));
    if (shadow.reach > 0.0 && !traced.blocked) {
      radiance += shadowLight;
    }
    shadow.reach = 0.0;
    cost += traced.shadowSteps;
    if (closing) {
      let counts = areNumbers(radiance);
      sum += vec4f(select(vec3f(0.0), clamp(radiance, vec3f(0.0), vec3f(1e30)), counts), f32(cost));
      radiance = vec3f(0.0);
      cost = 0u;
      closing = false;
      sample += 1u;
    }
    if (!(path.reach > 0.0)) {
      continue;
    }
    cost += traced.steps + select(HIT_STEPS, MISS_STEPS, traced.triangle == NO_TRIANGLE);

    var ended = true;
    if (traced.triangle == NO_TRIANGLE) {
      let seen = environmentAlong(path.direction);
      var w = 1.0;
${map && strategy !== 'bsdf' ? `      if (path.depth > 0u) { w = ${weight('seen.w * task.environmentShare')}; }` : ''}
      radiance += path.throughput * seen.rgb * w;
    } else {
      let triangle = triangles[traced.triangle];
      let material = materialAt(triangle.traits);
      let uv = texturePoint(traced.triangle, traced.u, traced.v);
      let facing = direction(cross(triangle.e1, triangle.e2), -path.direction);
      let side = select(-1.0, 1.0, dot(facing, path.direction) < 0.0);
      let normal = facing * side;
      let glow = emission(material, uv);
      if (largest(glow) > 0.0) {
        var w = 1.0;
${
  lights && strategy !== 'bsdf'
    ? `        if (path.depth > 0u && triangle.light > 0u) {
          let perArea = tableFloat(LIGHTS_AT + 4u * (triangle.light - 1u) + 3u) * (1.0 - task.environmentShare);
          let density = perArea * traced.t * traced.t / max(abs(dot(facing, path.direction)), TINY);
          w = ${weight('density')};
        }`
    : ''
}
        radiance += path.throughput * glow * w;
      }

      if (path.depth < task.bounces) {
        let b = vec3f(1.0 - traced.u - traced.v, traced.u, traced.v);
        let n0 = cornerNormal(traced.triangle, 0u, facing) * side;
        let n1 = cornerNormal(traced.triangle, 1u, facing) * side;
        let n2 = cornerNormal(traced.triangle, 2u, facing) * side;
        var smooth_ = direction(n0 * b.x + n1 * b.y + n2 * b.z, normal);
        if (dot(smooth_, normal) < 0.0) {
          smooth_ = -smooth_;
        }
        let wo = -path.direction;
        let below = 0.01 - dot(smooth_, wo);
        if (below > 0.0) {
          smooth_ = direction(smooth_ + wo * below, normal);
        }
        let frame = frameOf(smooth_);
        let out = toLocal(frame, wo);
        let mr = metallicRoughness(material, uv);
        let surface = surfaceOf(baseColor(material, uv), mr.x, mr.y, out.z);

        // The point, pushed out to where the smooth surface would be (Hanika, "Hacking the shadow terminator", 2021),
        // then off the triangle by more than the roundings of its coordinates.
        let arm1 = triangle.e1 * traced.u;
        let arm2 = triangle.e2 * traced.v;
        let flat = triangle.v0 + arm1 + arm2;
        let d0 = min(dot(arm1 + arm2, n0), 0.0) * b.x;
        let d1 = min(dot(arm1 + arm2 - triangle.e1, n1), 0.0) * b.y;
        let d2 = min(dot(arm1 + arm2 - triangle.e2, n2), 0.0) * b.z;
        let lift = largest(abs(triangle.v0) + abs(arm1) + abs(arm2)) * 0x1p-18 + 1e-30;
        let point = flat - (n0 * d0 + n1 * d1 + n2 * d2) + normal * lift;

        let dimension = 1u + 4u * path.depth;
        let chance = pcg4d(vec4u(pixel, sample, dimension + 1u, task.seed));
${samplesLights ? lightSample({ lights, map, strategy }) : ''}
        let u = unit4(pcg4d(vec4u(pixel, sample, dimension, task.seed)));
        let wi = sampleDirection(surface, out, u.xyz);
        let scattered = evaluate(surface, out, wi);
        var throughput = path.throughput * scattered.rgb * (1.0 / max(scattered.w, TINY));
        var survives = scattered.w > 0.0 && areNumbers(throughput) && largest(throughput) > 0.0;
        if (path.depth >= ROULETTE_FROM) {
          let survival = clamp(largest(throughput), 0.05, 1.0);
          survives = survives && u.w < survival;
          throughput *= 1.0 / survival;
        }
        if (survives) {
          ended = false;
          path.origin = point;
          path.direction = direction(toWorld(frame, wi), normal);
          path.luck = chance.x;
          path.throughput = throughput;
          path.density = scattered.w;
          path.depth += 1u;
        }
      }
    }
    if (ended) {
      closing = true;
      path.reach = 0.0;
      if (sample + 1u < end) {
        path = cameraPath(x, y, pcg4d(vec4u(pixel, sample + 1u, 0u, task.seed)));
      }
    }
  }
  film[lane] = bitcast<vec4u>(sum);
  if (slice.last == 1u && id.x == 0u) {
    let blocks = (task.sampleCount + task.block - 1u) / task.block;
    film[blocks * pixels] = vec4u(canaryOf(), 0u, 0u, 0u);
  }
}
`;
};

/** One light sample at a surface: a triangle of the light table, or a direction of the map. */
function lightSample({ lights, map, strategy }: PathShape): string {
  const weight = strategy === 'mis' ? 'powerHeuristic(density, scattered.w)' : '1.0';
  const fromSky = /* wgsl */ `
          let skySample = sampleSky(words);
          toLight = skySample.direction;
          density = skySample.density * task.environmentShare;
          arriving = skySample.radiance;
          reach = 3e38;`;
  const fromLights = /* wgsl */ `
          var light = spread(words.x, LIGHTS);
          if (words.y >= tables[LIGHTS_AT + 4u * light + 2u]) {
            light = tables[LIGHTS_AT + 4u * light + 1u];
          }
          let record = LIGHTS_AT + 4u * light;
          let number = tables[record];
          let lamp = triangles[number];
          var uvLight = vec2f(unit(words.z), unit(words.w));
          if (uvLight.x + uvLight.y > 1.0) {
            uvLight = 1.0 - uvLight;
          }
          let arm1L = lamp.e1 * uvLight.x;
          let arm2L = lamp.e2 * uvLight.y;
          let lampNormal = direction(cross(lamp.e1, lamp.e2), vec3f(0.0));
          let straight = lamp.v0 + arm1L + arm2L - point;
          let lampSide = -dot(lampNormal, straight);
          let liftL = largest(abs(lamp.v0) + abs(arm1L) + abs(arm2L)) * 0x1p-18;
          let way = straight + lampNormal * select(-liftL, liftL, lampSide > 0.0);
          let distance2 = dot(straight, straight);
          toLight = direction(way, vec3f(0.0));
          reach = sqrt(dot(way, way));
          let cosine = abs(lampSide) / max(sqrt(distance2), TINY);
          density = tableFloat(record + 3u) * (1.0 - task.environmentShare) * distance2 / max(cosine, TINY);
          let lampMaterial = materialAt(lamp.traits);
          let lampPoint = texturePoint(number, uvLight.x, uvLight.y);
          let shines = lampSide > 0.0 || (lamp.traits & SINGLE_SIDED) == 0u;
          arriving = select(vec3f(0.0), emission(lampMaterial, lampPoint), shines && cosine > 1e-6);
          if (!isSolid(lamp.traits, number, uvLight.x, uvLight.y, chance.y)) {
            arriving = vec3f(0.0);
          }`;
  const choose =
    lights && map
      ? `if (unit(chance.z) < task.environmentShare) {${fromSky}
          } else {${fromLights}
          }`
      : `{${map ? fromSky : fromLights}
          }`;
  return /* wgsl */ `
        {
          let words = pcg4d(vec4u(pixel, sample, dimension + 2u, task.seed));
          var toLight = vec3f(0.0);
          var arriving = vec3f(0.0);
          var density = 0.0;
          var reach = 0.0;
          ${choose}
          let wi = toLocal(frame, toLight);
          let scattered = evaluate(surface, out, wi);
          let light = path.throughput * scattered.rgb * arriving * (${weight} / max(density, TINY));
          if (density > 0.0 && largest(light) > 0.0 && areNumbers(light)) {
            shadow = Ray(point, reach, toLight, chance.y);
            shadowLight = light;
          }
        }`;
}
