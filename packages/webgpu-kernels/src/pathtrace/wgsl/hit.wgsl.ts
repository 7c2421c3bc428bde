import { BASE_MAP } from './normal-map.wgsl.js';

/** What shading needs to know of a hit: where it lies, and the normals that it is shaded by. */
export const HIT = (maps: boolean) => /* wgsl */ `
struct Hit {
  // Place among the triangles and the instances, and barycentric coordinates of its second and third corner.
  triangle: u32,
  instance: u32,
  u: f32,
  v: f32,
  // 1 on the triangle's front, −1 on its back.
  side: f32,
  place: Place,
  // In the world.
  e1: vec3f,
  e2: vec3f,
  // Interpolated between the corners, on the side of the ray; then bent by a normal map.
  smoothNormal: vec3f,
  normal: vec3f,
}

// A normal that can be seen from wo, as little turned as possible.
fn visible(n: vec3f, wo: vec3f, otherwise: vec3f) -> vec3f {
  let below = 0.01 - dot(n, wo);
  return select(n, direction(n + wo * below, otherwise), below > 0.0);
}
${
  maps
    ? `
fn bentNormal(hit: Hit, map: u32, strength: f32) -> vec3f {
  let front = hit.smoothNormal * hit.side;
  return mappedNormal(hit, map, strength, front) * hit.side;
}

fn shadedNormal(material: u32, hit: Hit, wo: vec3f) -> vec3f {
  let map = tables[material + ${BASE_MAP.texture}u];
  var normal = hit.smoothNormal;
  if (map != 0u) {
    normal = visible(bentNormal(hit, map, tableFloat(material + ${BASE_MAP.scale}u)), wo, normal);
  }
  return normal;
}`
    : `
fn shadedNormal(material: u32, hit: Hit, wo: vec3f) -> vec3f {
  return hit.smoothNormal;
}`
}
`;
