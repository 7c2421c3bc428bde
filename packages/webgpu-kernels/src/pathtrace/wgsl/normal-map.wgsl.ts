import { MATERIAL as M, type ShadingLayout } from '../layout.js';
import { channel } from './material.wgsl.js';

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
fn meshTangent(hit: Hit) -> vec4f {
  let words = vec3u(shading[cornerAt(hit.triangle, 0u, ${shading.tangents}u, 1u)], shading[cornerAt(hit.triangle, 1u, ${shading.tangents}u, 1u)],
    shading[cornerAt(hit.triangle, 2u, ${shading.tangents}u, 1u)]);
  let t = octahedral(words.x, vec3f(0.0)) * (1.0 - hit.u - hit.v) + octahedral(words.y, vec3f(0.0)) * hit.u
    + octahedral(words.z, vec3f(0.0)) * hit.v;
  let there = all((words & vec3u(0xfffffffeu)) != vec3u(0x80008000u));
  return select(vec4f(0.0), vec4f(worldVector(hit.instance, t), select(1.0, -1.0, (words.x & 1u) == 1u)), there);
}`
}

fn uvTangent(hit: Hit, texture: u32) -> vec4f {
  var offset = ${shading.uv}u;
${
  shading.uv1 === null
    ? ''
    : `  if ((tables[TEXTURES_AT + TEXTURE_WORDS * (texture - 1u) + 2u] & 32u) != 0u) {
    offset = ${shading.uv1}u;
  }`
}
  let a = cornerUv(cornerAt(hit.triangle, 0u, offset, 2u));
  let d1 = cornerUv(cornerAt(hit.triangle, 1u, offset, 2u)) - a;
  let d2 = cornerUv(cornerAt(hit.triangle, 2u, offset, 2u)) - a;
  let area = d1.x * d2.y - d2.x * d1.y;
  let turned = select(-1.0, 1.0, area >= 0.0);
  return vec4f((hit.e1 * d2.y - hit.e2 * d1.y) * turned, turned);
}

// The normal that a map asks for; n is the smooth normal on the triangle's front.
fn mappedNormal(hit: Hit, texture: u32, strength: f32, n: vec3f) -> vec3f {
  let f = footprint(texture, hit.place);
  var bent = vec3f(${channel('f', 0)}, ${channel('f', 8)}, ${channel('f', 16)}) * 2.0 - 1.0;
  bent = vec3f(bent.xy * strength, most(bent.z, 0.0));
${
  shading.tangents === null
    ? '  let along = uvTangent(hit, texture);'
    : `  var along = meshTangent(hit);
  if (along.w == 0.0) {
    along = uvTangent(hit, texture);
  }`
}
  let tangent = direction(along.xyz - n * dot(n, along.xyz), vec3f(0.0));
  let bitangent = cross(n, tangent) * (along.w * handedness(hit.instance));
  return select(n, direction(tangent * bent.x + bitangent * bent.y + n * bent.z, n), dot(tangent, tangent) >= 0.5);
}
`;

/** Where a material's maps are named. */
export const BASE_MAP = { texture: M.normalTexture, scale: M.normalScale } as const;
export const CLEARCOAT_MAP = { texture: M.clearcoatNormalTexture, scale: M.clearcoatNormalScale } as const;
