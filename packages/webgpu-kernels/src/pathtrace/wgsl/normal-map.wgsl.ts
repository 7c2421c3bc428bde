import { MATERIAL as M, type ShadingLayout } from '../layout.js';

/**
 * Normal maps: the tangent is the mesh's own where it has one, else it follows the texture coordinates that the map uses.
 * A map bends the normal in the frame of tangent, bitangent and smooth normal.
 */
export const NORMAL_MAPS = (shading: ShadingLayout) => /* wgsl */ `
${
  shading.tangents === null
    ? ''
    : `
// Tangent and the bitangent's sign; zero where a corner has none.
fn meshTangent(triangle: u32, u: f32, v: f32) -> vec4f {
  let at = SHADING_WORDS * triangle + ${shading.tangents}u;
  let words = vec3u(shading[at], shading[at + 1u], shading[at + 2u]);
  if (any((words & vec3u(0xfffffffeu)) == vec3u(0x80008000u))) {
    return vec4f(0.0);
  }
  let t = octahedral(words.x, vec3f(0.0)) * (1.0 - u - v) + octahedral(words.y, vec3f(0.0)) * u
    + octahedral(words.z, vec3f(0.0)) * v;
  return vec4f(t, select(1.0, -1.0, (words.x & 1u) == 1u));
}`
}

fn uvTangent(triangle: u32, e1: vec3f, e2: vec3f, texture: u32) -> vec4f {
  var at = SHADING_WORDS * triangle + ${shading.uv}u;
${
  shading.uv1 === null
    ? ''
    : `  if ((tables[TEXTURES_AT + TEXTURE_WORDS * (texture - 1u) + 2u] & 32u) != 0u) {
    at = SHADING_WORDS * triangle + ${shading.uv1}u;
  }`
}
  let a = cornerUv(at);
  let d1 = cornerUv(at + 2u) - a;
  let d2 = cornerUv(at + 4u) - a;
  let area = d1.x * d2.y - d2.x * d1.y;
  let turned = select(-1.0, 1.0, area >= 0.0);
  return vec4f((e1 * d2.y - e2 * d1.y) * turned, turned);
}

// The normal that a map asks for; n is the smooth normal on the triangle's front.
fn mappedNormal(texture: u32, strength: f32, n: vec3f, place: Place, number: u32, e1: vec3f, e2: vec3f, u: f32, v: f32) -> vec3f {
  let f = footprint(texture, place);
  var bent = vec3f(channel(f, 0u), channel(f, 8u), channel(f, 16u)) * 2.0 - 1.0;
  bent = vec3f(bent.xy * strength, max(bent.z, 0.0));
${
  shading.tangents === null
    ? '  let along = uvTangent(number, e1, e2, texture);'
    : `  var along = meshTangent(number, u, v);
  if (along.w == 0.0) {
    along = uvTangent(number, e1, e2, texture);
  }`
}
  let tangent = direction(along.xyz - n * dot(n, along.xyz), vec3f(0.0));
  if (dot(tangent, tangent) < 0.5) {
    return n;
  }
  let bitangent = cross(n, tangent) * along.w;
  return direction(tangent * bent.x + bitangent * bent.y + n * bent.z, n);
}
`;

/** Where a material's maps are named. */
export const BASE_MAP = { texture: M.normalTexture, scale: M.normalScale } as const;
export const CLEARCOAT_MAP = { texture: M.clearcoatNormalTexture, scale: M.clearcoatNormalScale } as const;
