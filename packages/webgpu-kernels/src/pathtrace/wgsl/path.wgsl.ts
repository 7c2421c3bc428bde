import { MATERIAL, UNLIT, VOLUME } from '../layout.js';
import type { Variant } from '../variants.js';
import type { LightShape } from './light.wgsl.js';

/** How light is looked for: both ways weighted together, or one alone (for tests: all three agree in the mean). */
export type Strategy = 'mis' | 'light' | 'bsdf';

export interface PathShape extends LightShape {
  readonly strategy: Strategy;
  readonly unlit: boolean;
  readonly transmission: boolean;
  /** Whether fireflies are clamped. */
  readonly clamped: boolean;
  readonly variant: Variant;
}

/**
 * The path loop. A lane renders its pixel's samples one after the other; when a path ends, the lane begins the next sample
 * in the same turn of the loop (regeneration), so that lanes with short paths do not idle. A turn traces the path's next ray,
 * shades what it meets, and traces the ray from there to a light.
 */
export const PATH = ({ triangles, punctual, map, strategy, unlit, transmission, clamped, variant }: PathShape) => {
  const lights = triangles || punctual || map;
  // A path never meets a punctual light by chance, so that is sampled whatever the strategy.
  const samples = lights && (strategy !== 'bsdf' || punctual);
  // With light sampling alone, what a path hits by chance must not count a second time.
  const weight = (density: string) =>
    strategy === 'mis' ? `powerHeuristic(path.density, ${density})` : strategy === 'light' ? '0.0' : '1.0';
  const gain = (light: string) => (clamped ? `tamed(${light}, path.depth)` : light);
  return /* wgsl */ `
// The first pairs of random numbers are the camera's; then three for each surface.
const SURFACE_PAIRS = 2u;
const ROULETTE_FROM = 3u;

// What a turn of the loop costs beside its traversal, in steps: as much where the ray leaves the scene, for whatever shades runs
// for all. (Fitted to measured tiles' times by their steps, hits and misses, on a software adapter: 13 to 27.)
const TURN_STEPS = 24u;

struct Path {
  origin: vec3f,
  luck: u32,
  direction: vec3f,
  // Density with which the last surface chose the direction.
  density: f32,
  throughput: vec3f,
  depth: u32,
${transmission ? '  // Of the volume that the path is in, 1/m.\n  absorption: vec3f,' : ''}
}

fn cameraPath(x: u32, y: u32, pixel: u32, pixelSeed: u32, sample: u32) -> Path {
  let ray = cameraRay(x, y, sample, pixelSeed);
  let luck = pcg4d(vec4u(pixel, sample, 0u, task.seed)).x;
  return Path(ray.origin, luck, ray.direction, 0.0, vec3f(1.0), 0u${transmission ? ', vec3f(0.0)' : ''});
}
${
  clamped
    ? `
// Light that came over more than one surface, no brighter than the job allows.
fn tamed(light: vec3f, depth: u32) -> vec3f {
  let excess = largest(light) / task.clampTo;
  return select(light, light / most(excess, 1.0), depth > 1u);
}
`
    : ''
}
${variant.order === 'squares' ? SQUARES : ''}
@compute @workgroup_size(${variant.workgroup})
fn main(@builtin(global_invocation_id) id: vec3u${variant.stack === 'workgroup' ? ', @builtin(local_invocation_index) index: u32' : ''}) {
${variant.stack === 'workgroup' ? '  member = index;' : ''}
  if (id.x >= slice.lanes) {
    return;
  }
  let lane = slice.firstLane + id.x;
  let pixels = task.tile.z * task.tile.w;
  let block = lane / pixels;
  let spot = ${variant.order === 'squares' ? 'inSquares(lane % pixels)' : 'lane % pixels'};
  let place = block * pixels + spot;
  let x = task.tile.x + spot % task.tile.z;
  let y = task.tile.y + spot / task.tile.z;
  let pixel = y * task.filmWidth + x;
  let pixelSeed = lowbias32(pixel ^ lowbias32(task.seed));
  let blockEnd = min(task.block, task.sampleCount - block * task.block);
  let end = task.firstSample + block * task.block + min(slice.end, blockEnd);
  var sample = task.firstSample + block * task.block + slice.begin;
  var sum = vec4f(0.0);
  if (slice.begin > 0u) {
    sum = bitcast<vec4f>(film[place]);
  }

  var radiance = vec3f(0.0);
  var cost = 0u;
  var turns = (end - min(sample, end)) * (task.bounces + 1u);
  var path = cameraPath(x, y, pixel, pixelSeed, sample);

  while ((turns > 0u) & (sample < end)) {
    turns -= 1u;
    let traced = trace(Ray(path.origin, 3e38, path.direction, path.luck));
    cost += traced.steps + TURN_STEPS;
${samples ? '    var shadow = Ray(vec3f(0.0), 0.0, vec3f(0.0, 0.0, 1.0), 0u);\n    var shadowLight = vec3f(0.0);' : ''}
    var ended = true;
    if (traced.triangle == NO_TRIANGLE) {
      let seen = environmentAlong(path.direction);
      var w = 1.0;
${map && strategy !== 'bsdf' ? `      if (path.depth > 0u) { w = ${weight('seen.w * task.environmentShare')}; }` : ''}
      radiance += ${gain('path.throughput * seen.rgb * w')};
    } else {
      let triangle = worldTriangle(traced);
      let material = materialAt(triangle.traits);
      let facing = direction(frontOf(traced, triangle), -path.direction);
      let side = select(-1.0, 1.0, dot(facing, path.direction) < 0.0);
      let normal = facing * side;
      var hit: Hit;
      hit.triangle = traced.triangle;
      hit.instance = traced.instance;
      hit.u = traced.u;
      hit.v = traced.v;
      hit.side = side;
      hit.e1 = triangle.e1;
      hit.e2 = triangle.e2;
      hit.place = texturePoint(traced.triangle, traced.u, traced.v);
${transmission ? '      path.throughput *= exp(-path.absorption * traced.t);' : ''}
${
  unlit
    ? `      let flat_ = (tables[material + ${MATERIAL.flags}u] & ${UNLIT}u) != 0u;
      var glow = emission(material, hit.place);
      if (flat_) {
        glow = baseColor(material, hit.place, hit.triangle, hit.u, hit.v);
      }`
    : '      let glow = emission(material, hit.place);'
}
      if (largest(glow) > 0.0) {
        var w = 1.0;
${
  triangles && strategy !== 'bsdf'
    ? `        if ((path.depth > 0u) & (triangle.light > 0u)) {
          let perArea = tableFloat(LIGHTS_AT + 4u * (triangle.light - 1u) + 3u) * (1.0 - task.environmentShare);
          let density = perArea * traced.t * traced.t / most(abs(dot(facing, path.direction)), TINY);
          w = ${weight('density')};
        }`
    : ''
}
        radiance += ${gain('path.throughput * glow * w')};
      }

      if ((path.depth < task.bounces)${unlit ? ' & !flat_' : ''}) {
        let b = vec3f(1.0 - traced.u - traced.v, traced.u, traced.v);
        let n0 = cornerNormal(traced, 0u, facing) * side;
        let n1 = cornerNormal(traced, 1u, facing) * side;
        let n2 = cornerNormal(traced, 2u, facing) * side;
        var smooth_ = direction(n0 * b.x + n1 * b.y + n2 * b.z, normal);
        if (dot(smooth_, normal) < 0.0) {
          smooth_ = -smooth_;
        }
        let wo = -path.direction;
        hit.smoothNormal = visible(smooth_, wo, normal);
        hit.normal = shadedNormal(material, hit, wo);
        let chance = pcg4d(vec4u(pixel, sample, 1u + path.depth, task.seed));
        let pair = SURFACE_PAIRS + 3u * path.depth;
        let choice = sobolPair(sample, pixelSeed, pair);
        let layer = layerAt(material, hit, wo, unit(chance.w));
        let surface = layer.surface;
        let out = toLocal(layer.frame, wo);
        let reaching = path.throughput * layer.weight;

        // The point, pushed out to where the smooth surface would be (Hanika, "Hacking the shadow terminator", 2021),
        // then off the triangle by more than the roundings of its coordinates.
        let arm1 = triangle.e1 * traced.u;
        let arm2 = triangle.e2 * traced.v;
        let flat = triangle.v0 + arm1 + arm2;
        let d0 = least(dot(arm1 + arm2, n0), 0.0) * b.x;
        let d1 = least(dot(arm1 + arm2 - triangle.e1, n1), 0.0) * b.y;
        let d2 = least(dot(arm1 + arm2 - triangle.e2, n2), 0.0) * b.z;
        let lift = liftOf(traced, largest(abs(triangle.v0) + abs(arm1) + abs(arm2)));
        let point = flat - (n0 * d0 + n1 * d1 + n2 * d2) + normal * lift;
${transmission ? '        let beyond = flat - normal * lift;' : ''}
${samples ? lightSample(strategy, transmission, gain) : ''}
        let u = vec3f(unit2(sobolPair(sample, pixelSeed, pair + 1u)), unit(choice.y));
        let wi = sampleDirection(surface, out, u);
        let scattered = evaluate(surface, out, wi);
        var throughput = reaching * scattered.rgb * (1.0 / most(scattered.w, TINY));
        var survives = (scattered.w > 0.0) & areNumbers(throughput) & (largest(throughput) > 0.0);
        if (path.depth >= ROULETTE_FROM) {
          let survival = within(largest(throughput), 0.05, 1.0);
          survives = survives & (unit(chance.z) < survival);
          throughput *= 1.0 / survival;
        }
        if (survives) {
          ended = false;
          path.direction = direction(toWorld(layer.frame, wi), normal);
${
  transmission
    ? `          path.origin = select(point, beyond, wi.z < 0.0);
          if ((wi.z < 0.0) & ((tables[material + ${MATERIAL.flags}u] & ${VOLUME}u) != 0u)) {
            let at = material + ${MATERIAL.absorption}u;
            let within = vec3f(tableFloat(at), tableFloat(at + 1u), tableFloat(at + 2u));
            path.absorption = select(vec3f(0.0), within, side > 0.0);
          }`
    : '          path.origin = point;'
}
          path.luck = chance.x;
          path.throughput = throughput;
          path.density = scattered.w;
          path.depth += 1u;
        }
      }
    }
${
  samples
    ? `    if (shadow.reach > 0.0) {
      let way = obstructed(shadow);
      cost += way.steps;
      radiance += select(shadowLight, vec3f(0.0), way.blocked);
    }`
    : ''
}
    if (ended) {
      let counts = areNumbers(radiance);
      sum += vec4f(select(vec3f(0.0), within3(radiance, vec3f(0.0), vec3f(1e30)), counts), f32(cost));
      radiance = vec3f(0.0);
      cost = 0u;
      sample += 1u;
      path = cameraPath(x, y, pixel, pixelSeed, sample);
    }
  }
  film[place] = bitcast<vec4u>(sum);
  if (slice.last == 1u && id.x == 0u) {
    let blocks = (task.sampleCount + task.block - 1u) / task.block;
    film[blocks * pixels] = vec4u(canaryOf(), 0u, 0u, 0u);
  }
}
`;
};

/** The tile's pixels square after square (8 × 8; less at its right and lower ends), so that a workgroup's rays stay close together. */
const SQUARES = /* wgsl */ `
fn inSquares(i: u32) -> u32 {
  let width = task.tile.z;
  let band = i / (8u * width);
  let inBand = i - band * 8u * width;
  let rows = min(8u, task.tile.w - 8u * band);
  let square = inBand / (8u * rows);
  let inSquare = inBand - square * 8u * rows;
  let columns = min(8u, width - 8u * square);
  let row = inSquare / columns;
  return (8u * band + row) * width + 8u * square + inSquare - row * columns;
}
`;

/** One light sample at a surface. */
function lightSample(strategy: Strategy, transmission: boolean, gain: (light: string) => string): string {
  const weight = {
    mis: 'select(1.0, powerHeuristic(light.density, scattered.w), light.area)',
    light: '1.0',
    bsdf: 'select(1.0, 0.0, light.area)',
  }[strategy];
  return /* wgsl */ `
        {
          let place = sobolPair(sample, pixelSeed, pair + 2u);
          let light = sampleLight(point, vec2u(choice.x, chance.z), place, chance.y);
          let wi = toLocal(layer.frame, light.direction);
          let scattered = evaluate(surface, out, wi);
          let w = ${weight};
          let arriving = reaching * scattered.rgb * light.radiance * (w / most(light.density, TINY));
          if ((light.density > 0.0) & (largest(arriving) > 0.0) & areNumbers(arriving)) {
            shadow = Ray(${transmission ? 'select(point, beyond, wi.z < 0.0)' : 'point'}, light.reach, light.direction, chance.y);
            shadowLight = ${gain('arriving').replace('path.depth', 'path.depth + 1u')};
          }
        }`;
}
