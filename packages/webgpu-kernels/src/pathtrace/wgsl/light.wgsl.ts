/** What light sampling can choose from. */
export interface LightShape {
  readonly triangles: boolean;
  readonly punctual: boolean;
  readonly map: boolean;
}

/**
 * One light sample at a point: a triangle that shines, a punctual light, or a direction of the map. `density` is per solid
 * angle; of a punctual light, which no ray meets by chance, the probability of its choice.
 */
export const LIGHTS = ({ triangles, punctual, map }: LightShape) => /* wgsl */ `
struct LightSample {
  direction: vec3f,
  density: f32,
  radiance: vec3f,
  // How far the way to the light has to be free.
  reach: f32,
  // Whether the path could have met it by chance.
  area: bool,
}

${map ? FROM_SKY : ''}${triangles ? FROM_TRIANGLE : ''}${punctual ? FROM_PUNCTUAL : ''}${
  triangles || punctual
    ? `
fn fromLights(point: vec3f, word: u32, other: u32, place: vec2u, luck: u32) -> LightSample {
  let cell = LIGHTS_AT + 4u * spread(word, LIGHTS);
  let light = tables[cell + 1u];
  let record = select(cell, LIGHTS_AT + 4u * light, other >= tables[cell + 2u]);
  let number = tables[record];
  let density = tableFloat(record + 3u) * (1.0 - task.environmentShare);
${
  triangles && punctual
    ? `  if ((number & PUNCTUAL) != 0u) {
    return fromPunctual(point, number & ~PUNCTUAL, density);
  }
  return fromTriangle(point, number, density, unit2(place), luck);`
    : triangles
      ? '  return fromTriangle(point, number, density, unit2(place), luck);'
      : '  return fromPunctual(point, number & ~PUNCTUAL, density);'
}
}`
    : ''
}

// choice.x decides about the light, choice.y about its alias, place about the point on it.
fn sampleLight(point: vec3f, choice: vec2u, place: vec2u, luck: u32) -> LightSample {
${
  map && (triangles || punctual)
    ? `  if (unit(lowbias32(choice.y)) < task.environmentShare) {
    return fromSky(place);
  }
  return fromLights(point, choice.x, choice.y, place, luck);`
    : map
      ? '  return fromSky(place);'
      : '  return fromLights(point, choice.x, choice.y, place, luck);'
}
}
`;

const FROM_SKY = /* wgsl */ `
fn fromSky(words: vec2u) -> LightSample {
  let sky = sampleSky(words);
  return LightSample(sky.direction, sky.density * task.environmentShare, sky.radiance, 3e38, true);
}
`;

const FROM_TRIANGLE = /* wgsl */ `
fn fromTriangle(point: vec3f, number: u32, perArea: f32, place: vec2f, luck: u32) -> LightSample {
  let lamp = triangleAt(number);
  let uv = select(place, 1.0 - place, place.x + place.y > 1.0);
  let arm1 = lamp.e1 * uv.x;
  let arm2 = lamp.e2 * uv.y;
  let normal = direction(cross(lamp.e1, lamp.e2), vec3f(0.0));
  let straight = lamp.v0 + arm1 + arm2 - point;
  let side = -dot(normal, straight);
  let lift = largest(abs(lamp.v0) + abs(arm1) + abs(arm2)) * 0x1p-18;
  let way = straight + normal * select(-lift, lift, side > 0.0);
  let distance2 = dot(straight, straight);
  let cosine = abs(side) / most(sqrt(distance2), TINY);
  let shines = (side > 0.0) | ((lamp.traits & SINGLE_SIDED) == 0u);
  let glow = emission(materialAt(lamp.traits), texturePoint(number, uv.x, uv.y));
  let density = perArea * distance2 / most(cosine, TINY);
  let lit = shines & (cosine > 1e-6) & isSolid(lamp.traits, number, lamp.source, uv.x, uv.y, luck);
  return LightSample(direction(way, vec3f(0.0)), select(0.0, density, lit), glow, sqrt(dot(way, way)), true);
}
`;

/** KHR_lights_punctual, with the window that it recommends for a light's range. */
const FROM_PUNCTUAL = /* wgsl */ `
const PUNCTUAL = 0x80000000u;

fn fromPunctual(point: vec3f, number: u32, density: f32) -> LightSample {
  let at = PUNCTUAL_AT + 16u * number;
  let shines = vec3f(tableFloat(at + 4u), tableFloat(at + 5u), tableFloat(at + 6u));
  let intensity = vec3f(tableFloat(at + 8u), tableFloat(at + 9u), tableFloat(at + 10u));
  if (tables[at] == 2u) {
    return LightSample(-shines, density, intensity, 3e38, false);
  }
  let way = vec3f(tableFloat(at + 1u), tableFloat(at + 2u), tableFloat(at + 3u)) - point;
  let far2 = most(dot(way, way), 1e-12);
  let toLight = direction(way, vec3f(0.0, 1.0, 0.0));
  var fade = 1.0 / far2;
  let range = tableFloat(at + 7u);
  if (range > 0.0) {
    let ratio2 = far2 / (range * range);
    fade *= within(1.0 - ratio2 * ratio2, 0.0, 1.0);
  }
  if (tables[at] == 1u) {
    let cone = within(-dot(toLight, shines) * tableFloat(at + 11u) + tableFloat(at + 12u), 0.0, 1.0);
    fade *= cone * cone;
  }
  return LightSample(toLight, density, intensity * fade, sqrt(far2), false);
}
`;
